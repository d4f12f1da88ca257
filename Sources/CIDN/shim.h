// The one call of libidn2 that the relay needs, as a function that Swift can call.
#ifndef CIDN_SHIM_H
#define CIDN_SHIM_H

#include <idn2.h>

/// The name in ASCII, which the caller releases with `cidn_free`; NULL with the reason in `code`. The rules are those of
/// UTS 46 without the deviations of IDNA 2003, as browsers have them.
static inline char *_Nullable cidn_to_ascii(const char *_Nonnull name, int *_Nonnull code) {
    char *result = NULL;
    *code = idn2_to_ascii_8z(name, &result, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
    return *code == IDN2_OK ? result : NULL;
}

static inline void cidn_free(char *_Nonnull name) { idn2_free(name); }
static inline const char *_Nonnull cidn_text(int code) { return idn2_strerror(code); }

#endif
