#ifndef CRE2_H
#define CRE2_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// A compiled regular expression, immutable and usable on any thread.
typedef struct cre2_pattern cre2_pattern;

typedef enum cre2_option {
    CRE2_IGNORE_CASE = 1,
    /// `.` matches a line break too.
    CRE2_DOT_MATCHES_NEWLINE = 2,
    /// The longest match at a place instead of the first alternative.
    CRE2_LONGEST = 4,
} cre2_option;

/// Compiles a pattern in UTF-8. Returns NULL when it is invalid and writes the reason, ended by NUL, to `error`.
cre2_pattern *cre2_compile(
    const char *pattern, size_t length, int options, int64_t maximum_memory, char *error, size_t error_capacity);

void cre2_free(cre2_pattern *pattern);

/// The number of capturing groups, without the match itself.
int cre2_group_count(const cre2_pattern *pattern);

/// The name of a group, ended by NUL and owned by the pattern; NULL when it has none. The first group is 1.
const char *cre2_group_name(const cre2_pattern *pattern, int group);

/// Searches for the first match that begins at or after `start`. Writes the begin and end of the match and of each
/// group to `spans`, -1 for a group without a match. `groups` is the number of pairs that fit, at least 1 and at most
/// the number of groups + 1; 0 only tells whether there is a match. Returns 1 for a match, 0 for none.
int cre2_match(const cre2_pattern *pattern, const char *text, size_t length, size_t start, int64_t *spans, int groups);

/// The address of the caller's stack frame, to tell how much of the stack is used.
static inline uintptr_t cre2_frame_address(void) { return (uintptr_t)__builtin_frame_address(0); }

/// Runs `body` on a thread with a stack of `size` bytes and waits for it. Returns 0, or an error number when there is no
/// such thread.
int cre2_run_on_stack(size_t size, void (*body)(void *), void *context);

#ifdef __cplusplus
}
#endif

#endif
