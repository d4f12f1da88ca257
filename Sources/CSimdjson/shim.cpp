#include "CSimdjson.h"

#include "scanner.hpp"

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <new>
#include <simdjson.h>
#include <vector>

// simdjson's first stage finds every structural byte and checks UTF-8 at several gigabytes a second. Its second stage
// turns numbers into doubles and refuses integers beyond 64 bits, so the grammar and the scalars are read here, from
// the indexes of stage one.
namespace {

using namespace csj;

constexpr size_t padding = 64;
// Token lengths and offsets are 32 bits wide.
constexpr size_t largest = 0x7fff0000;
// Up to here a new key is compared with each earlier one; larger objects are sorted once, at their end.
constexpr size_t few_keys = 24;

struct key {
    const uint8_t *text;
    uint32_t length;
    uint32_t offset;
};

bool same_text(const key &a, const key &b) {
    return a.length == b.length && std::memcmp(a.text, b.text, a.length) == 0;
}

struct parser {
    std::unique_ptr<simdjson::internal::dom_parser_implementation> stage;
    size_t capacity = 0;
    std::unique_ptr<uint8_t[]> source;
    std::unique_ptr<uint8_t[]> strings;
    std::unique_ptr<csj_token[]> tokens;
    size_t token_capacity = 0;
    std::vector<csj_frame> frames;
    std::vector<key> keys;
    std::vector<key> sorted;

    csj_error fail(csj_error code, size_t offset, const char *message, csj_document &document) {
        document.error_offset = offset;
        document.error_message = message;
        document.tokens = tokens.get();
        document.frames = frames.data();
        document.frame_count = frames.size();
        return code;
    }

    bool reserve(size_t length) {
        if (length <= capacity) { return true; }
        const size_t wanted = std::max(length + length / 2, size_t(16 * 1024));
        source.reset(new uint8_t[wanted + padding]);
        strings.reset(new uint8_t[wanted + padding]);
        if (!stage) {
            const simdjson::implementation *implementation = simdjson::get_active_implementation();
            const auto error = implementation->create_dom_parser_implementation(wanted, 1, stage);
            if (error != simdjson::SUCCESS) { return false; }
        } else if (stage->set_capacity(wanted) != simdjson::SUCCESS) {
            return false;
        }
        capacity = wanted;
        return true;
    }

    csj_error parse(const uint8_t *bytes, size_t length, size_t maximum_depth, csj_document &document);
    csj_error walk(size_t length, size_t maximum_depth, csj_document &document);
    bool repeats_few(const csj_frame &frame) const;
    const key *repeated(const csj_frame &frame);
};

bool parser::repeats_few(const csj_frame &frame) const {
    const size_t last = keys.size() - 1;
    if (last - frame.first_key >= few_keys) { return false; }
    for (size_t i = frame.first_key; i < last; i++) {
        if (same_text(keys[i], keys[last])) { return true; }
    }
    return false;
}

const key *parser::repeated(const csj_frame &frame) {
    sorted.assign(keys.begin() + frame.first_key, keys.end());
    std::sort(sorted.begin(), sorted.end(), [](const key &a, const key &b) {
        if (a.length != b.length) { return a.length < b.length; }
        const int order = std::memcmp(a.text, b.text, a.length);
        return order != 0 ? order < 0 : a.offset < b.offset;
    });
    const key *first = nullptr;
    for (size_t i = 1; i < sorted.size(); i++) {
        if (!same_text(sorted[i - 1], sorted[i])) { continue; }
        if (first == nullptr || sorted[i].offset < first->offset) { first = &sorted[i]; }
    }
    return first;
}

csj_error parser::parse(const uint8_t *bytes, size_t length, size_t maximum_depth, csj_document &document) {
    frames.clear();
    keys.clear();
    if (length == 0) { return fail(CSJ_EMPTY, 0, "the document is empty", document); }
    if (length > largest || !reserve(length)) { return fail(CSJ_TOO_LARGE, 0, "the document is too large", document); }
    std::memcpy(source.get(), bytes, length);
    std::memset(source.get() + length, 0, padding);
    const uint8_t *start = source.get(), *end = start + length;
    if (length >= 3 && start[0] == 0xEF && start[1] == 0xBB && start[2] == 0xBF) {
        return fail(
            CSJ_MALFORMED, 0, "the document starts with a byte order mark (EF BB BF); send it without", document);
    }
    const auto error = stage->stage1(start, length, simdjson::stage1_mode::regular);
    switch (error) {
    case simdjson::SUCCESS: return walk(length, maximum_depth, document);
    case simdjson::EMPTY: return fail(CSJ_EMPTY, 0, "the document is empty", document);
    case simdjson::UTF8_ERROR: {
        const uint8_t *at = first_invalid_utf8(start, end);
        return fail(CSJ_INVALID_UTF8, size_t(at - start), "the document is not valid UTF-8", document);
    }
    case simdjson::UNCLOSED_STRING:
    case simdjson::UNESCAPED_CHARS: {
        const fault wrong = first_string_fault(start, end);
        return fail(CSJ_MALFORMED, size_t(wrong.at - start), wrong.message, document);
    }
    case simdjson::CAPACITY:
    case simdjson::MEMALLOC: return fail(CSJ_TOO_LARGE, 0, "the document is too large", document);
    default: return fail(CSJ_MALFORMED, 0, "the document is not JSON", document);
    }
}

csj_error parser::walk(size_t length, size_t maximum_depth, csj_document &document) {
    const uint8_t *start = source.get();
    const uint32_t *index = stage->structural_indexes.get();
    const uint32_t *last = index + stage->n_structural_indexes;
    // An object adds one entry for its brace and each member at least two structural bytes for two entries.
    if (token_capacity < stage->n_structural_indexes) {
        token_capacity = size_t(stage->n_structural_indexes) * 2;
        tokens.reset(new csj_token[token_capacity]);
    }
    csj_token *token = tokens.get();
    uint8_t *unescaped = strings.get();

    const auto at = [&] { return index < last ? start[*index] : uint8_t(0); };
    const auto here = [&] { return index < last ? size_t(*index) : length; };
    const auto malformed = [&](const char *message) { return fail(CSJ_MALFORMED, here(), message, document); };

    // Reads the string whose opening quote is at `*index` into `token`.
    const auto string = [&]() -> fault {
        const uint8_t *text = start + *index + 1;
        const uint8_t *close = start + (index + 1 < last ? index[1] : length) - 1;
        while (close > text && is_whitespace(*close)) { close--; }
        if (close < text || *close != '"') { return {close, "unexpected character after a string"}; }
        token->kind = CSJ_STRING;
        if (may_need_decoding(text, close)) {
            token->payload = int64_t(reinterpret_cast<intptr_t>(unescaped));
            uint8_t *begin = unescaped;
            const fault wrong = unescape(text, close, unescaped);
            token->length = uint32_t(unescaped - begin);
            return wrong;
        }
        token->payload = int64_t(reinterpret_cast<intptr_t>(text));
        token->length = uint32_t(close - text);
        return {close, nullptr};
    };

value:
    switch (at()) {
    case '{':
    case '[': {
        if (frames.size() == maximum_depth) {
            return fail(CSJ_TOO_DEEP, here(), "the document is nested too deeply", document);
        }
        const bool object = at() == '{';
        token->kind = object ? CSJ_OBJECT : CSJ_ARRAY;
        token->length = 0;
        frames.push_back({uint32_t(token - tokens.get()), 0, 0, uint32_t(keys.size())});
        token++;
        index++;
        if (object) {
            if (at() == '}') { goto close; }
            goto member;
        }
        if (at() == ']') { goto close; }
        frames.back().current = 1;
        goto value;
    }
    case '"': {
        const fault wrong = string();
        if (wrong.message != nullptr) { return fail(CSJ_MALFORMED, size_t(wrong.at - start), wrong.message, document); }
        break;
    }
    case '-': case '0': case '1': case '2': case '3': case '4': case '5': case '6': case '7': case '8': case '9': {
        const uint8_t *text = start + *index;
        number parsed;
        const fault wrong = read_number(text, parsed);
        if (wrong.message != nullptr) { return fail(CSJ_MALFORMED, size_t(wrong.at - start), wrong.message, document); }
        if (parsed.end != start + length && !ends_scalar(*parsed.end)) {
            return fail(CSJ_MALFORMED, size_t(parsed.end - start), "unexpected character after a number", document);
        }
        token->kind = parsed.is_integer ? CSJ_INT : CSJ_NUMBER;
        token->length = uint32_t(parsed.end - text);
        token->payload = parsed.is_integer ? parsed.integer : int64_t(reinterpret_cast<intptr_t>(text));
        break;
    }
    case 't':
    case 'f':
    case 'n': {
        const uint8_t *text = start + *index;
        const char *word = *text == 't' ? "true" : *text == 'f' ? "false" : "null";
        const size_t count = *text == 'f' ? 5 : 4;
        if (std::memcmp(text, word, count) != 0 || (text + count != start + length && !ends_scalar(text[count]))) {
            return malformed("unknown word; JSON has true, false and null, and text goes in double quotes");
        }
        token->kind = *text == 't' ? CSJ_TRUE : *text == 'f' ? CSJ_FALSE : CSJ_NULL;
        token->length = 0;
        token->payload = 0;
        break;
    }
    case 0:
        if (index == last) { return malformed("the document is cut off; expected a value"); }
        [[fallthrough]];
    default: return malformed("expected a value");
    }
    token++;
    index++;

finished:
    if (frames.empty()) {
        if (index < last) { return malformed("unexpected data after the end of the document"); }
        document.tokens = tokens.get();
        return CSJ_OK;
    }
    {
        csj_frame &frame = frames.back();
        frame.count++;
        frame.current = 0;
        const bool object = tokens[frame.container].kind == CSJ_OBJECT;
        const uint8_t c = at();
        if (c == (object ? '}' : ']')) { goto close; }
        if (c != ',') {
            if (index == last) { return malformed("the document is cut off; an object or array is still open"); }
            return malformed(object ? "expected `,` or `}` after a member" : "expected `,` or `]` after an element");
        }
        index++;
        if (object) { goto member; }
        frame.current = 1;
        goto value;
    }

member:
    if (at() != '"') {
        return malformed(index == last ? "the document is cut off; expected a key" : "expected a key in double quotes");
    }
    {
        csj_frame &frame = frames.back();
        const fault wrong = string();
        if (wrong.message != nullptr) { return fail(CSJ_MALFORMED, size_t(wrong.at - start), wrong.message, document); }
        frame.current = uint32_t(token - tokens.get());
        keys.push_back({reinterpret_cast<const uint8_t *>(intptr_t(token->payload)), token->length, *index});
        if (repeats_few(frame)) { return fail(CSJ_DUPLICATE_KEY, here(), "the key is in the object twice", document); }
        token++;
        index++;
        if (at() != ':') { return malformed("expected `:` after a key"); }
        index++;
        goto value;
    }

close: {
    csj_frame &frame = frames.back();
    if (keys.size() - frame.first_key > few_keys) {
        if (const key *twice = repeated(frame)) {
            // The error names the key: it goes where the tape would go on.
            *token = {CSJ_STRING, twice->length, int64_t(reinterpret_cast<intptr_t>(twice->text))};
            frame.current = uint32_t(token - tokens.get());
            return fail(CSJ_DUPLICATE_KEY, twice->offset, "the key is in the object twice", document);
        }
    }
    keys.resize(frame.first_key);
    tokens[frame.container].length = frame.count;
    frames.pop_back();
    index++;
    goto finished;
}
}

thread_local parser shared;

}

extern "C" csj_error csj_parse(const uint8_t *bytes, size_t length, size_t maximum_depth, csj_document *document) {
    *document = {};
    try {
        return shared.parse(bytes, length, maximum_depth, *document);
    } catch (const std::bad_alloc &) {
        shared = parser();
        document->error_message = "the document is too large";
        return CSJ_TOO_LARGE;
    }
}

extern "C" void csj_release(void) { shared = parser(); }
