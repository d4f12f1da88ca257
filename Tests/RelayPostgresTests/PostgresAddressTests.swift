import Testing

@testable import RelayPostgres

@Suite
struct PostgresAddressTests {
    @Test(arguments: [
        ("postgres://me:secret@db.example:5433/relay?sslmode=verify-full", "postgres://me@db.example:5433/relay"),
        ("postgresql://me:secret@db.example/relay", "postgres://me@db.example/relay"),
        ("postgres://me:s%40cr%2Fet@one:5432,two:5433/relay", "postgres://me@one,two:5432,5433/relay"),
        ("postgres://me:secret@/relay?host=/run/postgresql", "postgres://me@/relay at /run/postgresql"),
        ("postgres://db.example/relay?user=me&password=secret", "postgres://me@db.example/relay"),
        ("postgres:///relay", "postgres:///relay"),
    ])
    func theTextHasNoPassword(url: String, text: String) throws {
        let address = try PostgresAddress(url)
        #expect(address.description == text)
        #expect(address.url == url)
    }

    @Test(arguments: [
        ("mysql://me:secret@db/relay", "must begin with postgres://"),
        ("host=db password=secret", "must begin with postgres://"),
        ("postgres://me:sec@ret@db/relay", "%40"),
        ("postgres://me:1/sec@ret/relay", "%2F"),
        ("postgres://me:secret/x@db/relay", "%2F"),
        ("postgres://me:secret/relay", "port"),
        ("postgres://me:secret@db:0/relay", "port"),
        ("postgres://me:secret@db:99999/relay", "port"),
        ("postgres://me:secret@db/relay?sslmode=secure", "sslmode is none of"),
        ("postgres://me:secret@db/relay?secret=1", "libpq says: invalid URI query parameter"),
        ("postgres://me:secret@db/relay?secret", "libpq says: missing key/value separator"),
        ("postgres://me:secret%zz@db/relay", "libpq says: invalid percent-encoded token"),
        ("postgres://me:secret@[::1/relay", "libpq says"),
    ])
    func whatIsWrongIsSaidWithoutThePassword(url: String, reason: String) throws {
        let error = try #require(throws: PostgresAddressError.self) { try PostgresAddress(url) }
        #expect(error.description.contains(reason))
        #expect(!error.description.contains("secret"))
        #expect(!error.description.contains("ret@"))
    }
}
