package import RelayCore

extension StoreMaintenance {
    /// What `zaphub store check` says: about the version, the key, an unfinished copy, and the database itself. Nothing is
    /// written.
    /// - Parameter key: the secret key, or why there is none.
    package func check(key: Result<CredentialEncryptionKey, StoreError>) throws -> [DoctorFinding] {
        let found = try version()
        guard found > 0 else {
            let missing = DoctorFinding(
                .problem, "\(name) has no tables yet", fix: "start zaphub serve, or run zaphub store migrate")
            return [missing] + (try findings())
        }
        var all = [try versionFinding(found), try keyFinding(key)]
        if try StoreCopyProgress.isUnfinished(in: database) {
            all.append(
                DoctorFinding(
                    .problem, "\(name) has a part of a store: a copy into it was not finished",
                    fix: "run the same zaphub store copy again; it goes on"))
        }
        return all + (try findings())
    }

    private func versionFinding(_ found: Int64) throws -> DoctorFinding {
        if found > currentVersion, try oldestUsableVersion() <= currentVersion {
            return DoctorFinding(
                .note,
                "\(name) has schema \(found), this version of zaphub writes \(currentVersion) and works with it: upgrade "
                    + "this relay, too")
        }
        if found > currentVersion {
            return DoctorFinding(
                .problem, "\(name) has schema \(found), this version of zaphub knows schemas up to \(currentVersion)",
                fix: "start the newer version again, or give this one another store.url")
        }
        if found < currentVersion {
            return DoctorFinding(
                .note,
                "\(name) has schema \(found), this version of zaphub writes \(currentVersion): the next start brings it "
                    + "up to date, as zaphub store migrate does"
                    + (mayUpgradeBesideRelays(from: found) ? "; relays of the old version may run meanwhile" : ""))
        }
        return DoctorFinding(.good, "\(name) has schema \(found), which is current")
    }

    private func keyFinding(_ key: Result<CredentialEncryptionKey, StoreError>) throws -> DoctorFinding {
        switch key {
        case .failure(let error): return DoctorFinding(.problem, error.message)
        case .success(let key):
            switch try key.isKey(of: database) {
            case true?: return DoctorFinding(.good, "the secret key is the one that the store was made with")
            case nil: return DoctorFinding(.note, "the store does not know its secret key yet; the next start adds it")
            case false?:
                return DoctorFinding(
                    .problem, "the secret key is not the one that the store was made with",
                    fix: "put back the key's file or variable that was there before")
            }
        }
    }
}
