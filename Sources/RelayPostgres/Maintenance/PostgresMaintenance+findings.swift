package import RelayCore
internal import RelaySQL

extension PostgresMaintenance {
    package func findings() throws -> [DoctorFinding] {
        let settings = try connection.query(
            """
            SELECT current_setting('server_version'), current_setting('synchronous_commit'), current_setting('fsync'),
                current_setting('full_page_writes'), current_setting('synchronous_standby_names'),
                current_setting('server_encoding'), pg_is_in_recovery()
            """
        ).first { row in
            (
                version: row.text(0), synchronous: row.text(1), fsync: row.text(2), pages: row.text(3),
                standbys: row.text(4), encoding: row.text(5), isStandby: row.int(6) != 0
            )
        }
        guard let settings else { return [] }
        var findings = [
            DoctorFinding(
                .note,
                """
                PostgreSQL \(settings.version), a \(settings.isStandby ? "standby" : "primary"), \
                synchronous_commit \(settings.synchronous), fsync \(settings.fsync), encoding \(settings.encoding)
                """), serverFinding(),
        ]
        if settings.pages != "on" {
            findings.append(
                DoctorFinding(
                    .warning, "full_page_writes is off: a power cut can damage the tables",
                    fix: "write full_page_writes = on in postgresql.conf, unless the file system writes pages whole"))
        }
        if settings.encoding != "UTF8" {
            findings.append(
                DoctorFinding(
                    .problem, "the database has the encoding \(settings.encoding), which lacks characters of messages",
                    fix: "make another database: CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0"))
        }
        if settings.standbys.isEmpty {
            findings.append(
                DoctorFinding(
                    .note, "there is no synchronous standby: what the server's disk loses is lost"))
        }
        return findings
    }

    /// What a relay checks at its start.
    private func serverFinding() -> DoctorFinding {
        do {
            try PostgresServerCheck.run(connection)
            return DoctorFinding(.good, "the server's settings keep what was accepted")
        } catch {
            return DoctorFinding(.problem, StoreError(error).message)
        }
    }
}
