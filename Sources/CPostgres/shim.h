// libpq names the fields of an error by character constants, which Swift does not import, and prints notices to
// standard error unless a function is given.
#ifndef CPOSTGRES_SHIM_H
#define CPOSTGRES_SHIM_H

#include <libpq-fe.h>

static inline const char *_Nullable cpostgres_sqlstate(const PGresult *_Nonnull result) {
    return PQresultErrorField(result, PG_DIAG_SQLSTATE);
}

static inline const char *_Nullable cpostgres_message(const PGresult *_Nonnull result) {
    return PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
}

static inline const char *_Nullable cpostgres_detail(const PGresult *_Nonnull result) {
    return PQresultErrorField(result, PG_DIAG_MESSAGE_DETAIL);
}

static inline const char *_Nullable cpostgres_hint(const PGresult *_Nonnull result) {
    return PQresultErrorField(result, PG_DIAG_MESSAGE_HINT);
}

static inline void cpostgres_ignore_notice(void *_Nullable context, const PGresult *_Nullable notice) {
    (void)context;
    (void)notice;
}

static inline void cpostgres_ignore_notices(PGconn *_Nonnull connection) {
    PQsetNoticeReceiver(connection, cpostgres_ignore_notice, NULL);
}

#endif
