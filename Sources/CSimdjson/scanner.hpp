#ifndef CSIMDJSON_SCANNER_HPP
#define CSIMDJSON_SCANNER_HPP

#include <cstddef>
#include <cstdint>
#include <cstring>

// The scalars of the grammar. Every function may read up to 8 bytes past `end`, which the caller's padding covers.
namespace csj {

inline uint64_t load8(const uint8_t *at) {
    uint64_t word;
    std::memcpy(&word, at, 8);
    return word;
}

constexpr uint64_t ones = 0x0101010101010101u;
constexpr uint64_t highs = 0x8080808080808080u;

inline uint64_t has_byte(uint64_t word, uint8_t byte) {
    const uint64_t x = word ^ (ones * byte);
    return (x - ones) & ~x & highs;
}

/// Whether a quote or a backslash may be among the bytes; never false when one is.
inline bool may_need_decoding(const uint8_t *at, const uint8_t *end) {
    for (; at < end; at += 8) {
        const uint64_t word = load8(at);
        uint64_t hit = has_byte(word, '"') | has_byte(word, '\\');
        if (hit != 0) {
            const size_t left = size_t(end - at);
            if (left >= 8) { return true; }
            return (hit & ((uint64_t(1) << (left * 8)) - 1)) != 0;
        }
    }
    return false;
}

inline bool is_whitespace(uint8_t c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

inline bool ends_scalar(uint8_t c) {
    return is_whitespace(c) || c == ',' || c == ']' || c == '}' || c == ':' || c == '{' || c == '[';
}

inline bool is_digit(uint8_t c) { return uint8_t(c - '0') < 10; }

/// Where and why a scalar is wrong; `message` is null when it is right.
struct fault {
    const uint8_t *at;
    const char *message;
};

struct number {
    const uint8_t *end;
    int64_t integer;
    bool is_integer;
};

/// Reads a number at `at`. The byte at `end` must be 0, so that digits stop there.
inline fault read_number(const uint8_t *at, number &out) {
    const uint8_t *p = at;
    const bool negative = *p == '-';
    if (negative) { p++; }
    const uint8_t *digits = p;
    if (!is_digit(*p)) { return {p, "expected a digit after the minus sign"}; }
    uint64_t magnitude = 0;
    while (is_digit(*p)) {
        magnitude = magnitude * 10 + uint64_t(*p - '0');
        p++;
    }
    const size_t count = size_t(p - digits);
    if (*digits == '0' && count > 1) { return {digits, "a number must not start with a zero"}; }
    bool integral = true;
    if (*p == '.') {
        integral = false;
        p++;
        if (!is_digit(*p)) { return {p, "expected a digit after the decimal point"}; }
        while (is_digit(*p)) { p++; }
    }
    if (*p == 'e' || *p == 'E') {
        integral = false;
        p++;
        if (*p == '+' || *p == '-') { p++; }
        if (!is_digit(*p)) { return {p, "expected a digit in the exponent"}; }
        while (is_digit(*p)) { p++; }
    }
    out.end = p;
    // 19 digits never overflow 64 unsigned bits, and Int64 has no value of more.
    constexpr uint64_t limit = uint64_t(1) << 63;
    out.is_integer = integral && count <= 19 && (negative ? magnitude <= limit && magnitude != 0 : magnitude < limit);
    out.integer = int64_t(negative ? uint64_t(0) - magnitude : magnitude);
    return {p, nullptr};
}

inline int hex_digit(uint8_t c) {
    if (is_digit(c)) { return c - '0'; }
    const uint8_t lower = uint8_t(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

inline int32_t hex4(const uint8_t *at, const uint8_t *end) {
    if (end - at < 4) { return -1; }
    int32_t value = 0;
    for (int i = 0; i < 4; i++) {
        const int digit = hex_digit(at[i]);
        if (digit < 0) { return -1; }
        value = value * 16 + digit;
    }
    return value;
}

inline uint8_t *put_utf8(uint32_t scalar, uint8_t *out) {
    if (scalar < 0x80) {
        *out++ = uint8_t(scalar);
    } else if (scalar < 0x800) {
        *out++ = uint8_t(0xC0 | scalar >> 6);
        *out++ = uint8_t(0x80 | (scalar & 0x3F));
    } else if (scalar < 0x10000) {
        *out++ = uint8_t(0xE0 | scalar >> 12);
        *out++ = uint8_t(0x80 | (scalar >> 6 & 0x3F));
        *out++ = uint8_t(0x80 | (scalar & 0x3F));
    } else {
        *out++ = uint8_t(0xF0 | scalar >> 18);
        *out++ = uint8_t(0x80 | (scalar >> 12 & 0x3F));
        *out++ = uint8_t(0x80 | (scalar >> 6 & 0x3F));
        *out++ = uint8_t(0x80 | (scalar & 0x3F));
    }
    return out;
}

/// Unescapes the bytes between two quotes into `out`, which it moves to the end. The result is never longer than the
/// source. Half of a surrogate pair becomes U+FFFD: it has no UTF-8, and text cut in the middle of an emoji is no
/// reason to lose the rest.
inline fault unescape(const uint8_t *at, const uint8_t *end, uint8_t *&out) {
    while (at < end) {
        const uint8_t c = *at;
        if (c == '"') { return {at, "unexpected quote within a string"}; }
        if (c != '\\') {
            *out++ = c;
            at++;
            continue;
        }
        const uint8_t *escape = at++;
        if (at == end) { return {escape, "the escape has no character"}; }
        switch (*at++) {
        case '"': *out++ = '"'; break;
        case '\\': *out++ = '\\'; break;
        case '/': *out++ = '/'; break;
        case 'b': *out++ = '\b'; break;
        case 'f': *out++ = '\f'; break;
        case 'n': *out++ = '\n'; break;
        case 'r': *out++ = '\r'; break;
        case 't': *out++ = '\t'; break;
        case 'u': {
            const int32_t unit = hex4(at, end);
            if (unit < 0) { return {escape, "\\u needs four hexadecimal digits"}; }
            at += 4;
            uint32_t scalar = uint32_t(unit);
            if (scalar >= 0xD800 && scalar < 0xE000) {
                const bool leads = scalar < 0xDC00 && end - at >= 6 && at[0] == '\\' && at[1] == 'u';
                const int32_t low = leads ? hex4(at + 2, end) : -1;
                if (low >= 0xDC00 && low < 0xE000) {
                    scalar = 0x10000 + ((scalar - 0xD800) << 10) + (uint32_t(low) - 0xDC00);
                    at += 6;
                } else {
                    scalar = 0xFFFD;
                }
            }
            out = put_utf8(scalar, out);
            break;
        }
        default: return {escape, "unknown escape; a literal backslash is written \\\\"};
        }
    }
    return {at, nullptr};
}

/// The first byte that is not part of valid UTF-8 (RFC 3629), or `end`.
inline const uint8_t *first_invalid_utf8(const uint8_t *at, const uint8_t *end) {
    while (at < end) {
        const uint8_t c = *at;
        if (c < 0x80) {
            at++;
            continue;
        }
        const int length = c >= 0xC2 && c <= 0xDF ? 2 : c >= 0xE0 && c <= 0xEF ? 3 : c >= 0xF0 && c <= 0xF4 ? 4 : 0;
        if (length == 0 || end - at < length) { return at; }
        for (int i = 1; i < length; i++) {
            if ((at[i] & 0xC0) != 0x80) { return at; }
        }
        const uint8_t second = at[1];
        if ((c == 0xE0 && second < 0xA0) || (c == 0xED && second > 0x9F) || (c == 0xF0 && second < 0x90)
            || (c == 0xF4 && second > 0x8F)) {
            return at;
        }
        at += length;
    }
    return end;
}

/// What is wrong with the strings of a document that simdjson's first stage refused.
inline fault first_string_fault(const uint8_t *at, const uint8_t *end) {
    const uint8_t *open = nullptr;
    for (; at < end; at++) {
        if (open == nullptr) {
            if (*at == '"') { open = at; }
        } else if (*at == '"') {
            open = nullptr;
        } else if (*at == '\\') {
            at++;
        } else if (*at < 0x20) {
            return {at, "a control character in a string must be escaped"};
        }
    }
    return {open != nullptr ? open : end, "the string that starts here has no closing quote"};
}

}

#endif
