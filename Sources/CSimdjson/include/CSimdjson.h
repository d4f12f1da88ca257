#ifndef CSIMDJSON_H
#define CSIMDJSON_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum csj_kind {
    CSJ_NULL,
    CSJ_FALSE,
    CSJ_TRUE,
    CSJ_INT,
    CSJ_NUMBER,
    CSJ_STRING,
    CSJ_ARRAY,
    CSJ_OBJECT,
} csj_kind;

/// One entry of the tape. An object's members follow it as key, value, key, value; an array's elements follow it in
/// order.
typedef struct csj_token {
    /// A `csj_kind`.
    uint32_t kind;
    /// Bytes of a string or number, members of an object, elements of an array.
    uint32_t length;
    /// The integer itself, or the address of the bytes of a string (unescaped) or number (as written).
    int64_t payload;
} csj_token;

/// An open object or array at the place of an error.
typedef struct csj_frame {
    /// The tape entry of the object or array.
    uint32_t container;
    /// Members or elements that were complete.
    uint32_t count;
    /// In an object: the tape entry of the key whose value was being read; in an array: 1 while an element was being
    /// read. 0 when the error is about the container itself.
    uint32_t current;
    uint32_t first_key;
} csj_frame;

typedef enum csj_error {
    CSJ_OK,
    CSJ_EMPTY,
    CSJ_MALFORMED,
    CSJ_INVALID_UTF8,
    CSJ_TOO_DEEP,
    CSJ_DUPLICATE_KEY,
    CSJ_TOO_LARGE,
} csj_error;

/// What a parse left behind; every pointer is valid until the next parse on the same thread.
typedef struct csj_document {
    const csj_token *tokens;
    const csj_frame *frames;
    size_t frame_count;
    size_t error_offset;
    /// What is wrong, without the place. A constant.
    const char *error_message;
} csj_document;

/// Parses one document into the calling thread's tape.
csj_error csj_parse(const uint8_t *bytes, size_t length, size_t maximum_depth, csj_document *document);

/// Gives the calling thread's buffers back, after a document so large that keeping them would be a waste.
void csj_release(void);

#ifdef __cplusplus
}
#endif

#endif
