// The part of libcrypto (OpenSSL 3) that RelayCrypto uses. Two functions below wrap calls that take an array of
// OSSL_PARAM: such an array holds pointers to its values, which is simple in C and not in Swift.
#ifndef CCRYPTO_SHIM_H
#define CCRYPTO_SHIM_H

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#if OPENSSL_VERSION_MAJOR < 3
#error "zaphub needs OpenSSL 3.0 or later"
#endif

/// Gives an HMAC context its key and the name of its hash. Returns 1 on success.
static inline int ccrypto_hmac_init(EVP_MAC_CTX *_Nonnull context, const char *_Nonnull digest,
                                    const void *_Nonnull key, size_t key_length) {
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, (char *)digest, 0),
        OSSL_PARAM_construct_end(),
    };
    return EVP_MAC_init(context, (const unsigned char *)key, key_length, params);
}

/// Makes an HMAC context that has its key ready for another message. Returns 1 on success.
static inline int ccrypto_hmac_restart(EVP_MAC_CTX *_Nonnull context) { return EVP_MAC_init(context, NULL, 0, NULL); }

/// Whether `ccrypto_hmac_restart` does that: before 3.0.3 it reports success and leaves the context as it is.
static inline int ccrypto_hmac_restarts(void) { return OpenSSL_version_num() >= 0x30000030L; }

/// Derives `length` bytes with HKDF-SHA256. Returns 1 on success.
static inline int ccrypto_hkdf_sha256(EVP_KDF_CTX *_Nonnull context, const void *_Nonnull key, size_t key_length,
                                      const void *_Nonnull salt, size_t salt_length, const void *_Nonnull info,
                                      size_t info_length, void *_Nonnull output, size_t length) {
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, (char *)"SHA256", 0),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, (void *)key, key_length),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, (void *)salt, salt_length),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, (void *)info, info_length),
        OSSL_PARAM_construct_end(),
    };
    return EVP_KDF_derive(context, (unsigned char *)output, length, params);
}

#endif
