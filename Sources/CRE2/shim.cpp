#include "CRE2.h"

#include <pthread.h>
#include <re2/re2.h>

#include <cstring>
#include <map>
#include <new>
#include <string>
#include <vector>

struct cre2_pattern {
    explicit cre2_pattern(re2::StringPiece source, const RE2::Options &options)
        : expression(source, options), names(expression.CapturingGroupNames()) {}

    RE2 expression;
    std::map<int, std::string> names;
};

namespace {

void write_error(const std::string &reason, char *error, size_t capacity) {
    if (capacity == 0) { return; }
    const size_t count = reason.size() < capacity ? reason.size() : capacity - 1;
    std::memcpy(error, reason.data(), count);
    error[count] = 0;
}

}  // namespace

// RE2 throws no exceptions of its own; only the allocation of memory could, and Swift cannot unwind it.

cre2_pattern *cre2_compile(
    const char *pattern, size_t length, int options, int64_t maximum_memory, char *error, size_t error_capacity) {
    try {
        RE2::Options settings;
        settings.set_log_errors(false);
        settings.set_max_mem(maximum_memory);
        settings.set_case_sensitive((options & CRE2_IGNORE_CASE) == 0);
        settings.set_dot_nl((options & CRE2_DOT_MATCHES_NEWLINE) != 0);
        settings.set_longest_match((options & CRE2_LONGEST) != 0);
        auto *compiled = new cre2_pattern(re2::StringPiece(pattern, length), settings);
        if (!compiled->expression.ok()) {
            write_error(compiled->expression.error(), error, error_capacity);
            delete compiled;
            return nullptr;
        }
        return compiled;
    } catch (const std::bad_alloc &) {
        write_error("out of memory", error, error_capacity);
        return nullptr;
    }
}

void cre2_free(cre2_pattern *pattern) { delete pattern; }

int cre2_group_count(const cre2_pattern *pattern) { return pattern->expression.NumberOfCapturingGroups(); }

const char *cre2_group_name(const cre2_pattern *pattern, int group) {
    const auto found = pattern->names.find(group);
    return found == pattern->names.end() ? nullptr : found->second.c_str();
}

int cre2_match(const cre2_pattern *pattern, const char *text, size_t length, size_t start, int64_t *spans, int groups) {
    try {
        const re2::StringPiece whole(text, length);
        std::vector<re2::StringPiece> found(groups);
        if (!pattern->expression.Match(whole, start, length, RE2::UNANCHORED, found.data(), groups)) { return 0; }
        for (int group = 0; group < groups; group++) {
            const char *begin = found[group].data();
            spans[2 * group] = begin == nullptr ? -1 : begin - text;
            spans[2 * group + 1] = begin == nullptr ? -1 : begin - text + static_cast<int64_t>(found[group].size());
        }
        return 1;
    } catch (const std::bad_alloc &) {
        return 0;
    }
}

namespace {

struct stack_work {
    void (*body)(void *);
    void *context;
};

void *run_work(void *argument) {
    auto *work = static_cast<stack_work *>(argument);
    work->body(work->context);
    return nullptr;
}

}  // namespace

int cre2_run_on_stack(size_t size, void (*body)(void *), void *context) {
    pthread_attr_t attributes;
    int error = pthread_attr_init(&attributes);
    if (error != 0) { return error; }
    error = pthread_attr_setstacksize(&attributes, size);
    stack_work work{body, context};
    pthread_t thread;
    if (error == 0) { error = pthread_create(&thread, &attributes, run_work, &work); }
    pthread_attr_destroy(&attributes);
    if (error == 0) { pthread_join(thread, nullptr); }
    return error;
}
