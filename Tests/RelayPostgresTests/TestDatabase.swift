import RelaySQL
import RelayTesting

@testable import RelayPostgres

/// A database of its own in the cluster that all tests share. It is deleted with the cluster.
struct TestDatabase {
    let name: String
    let cluster: PostgresCluster

    init(template: String = "template1") throws {
        cluster = try PostgresCluster.shared()
        name = try cluster.createDatabase(template: template)
    }

    func connect(usesPreparedStatements: Bool = true) throws -> PostgresConnection {
        try PostgresConnection(
            PostgresAddress(cluster.url(of: name), isPooledByTransaction: !usesPreparedStatements),
            applicationName: "tests")
    }

    /// A connection, and a table `t` with a number that is unique, a text and bytes.
    func connectWithTable(usesPreparedStatements: Bool = true) throws -> (PostgresConnection, SQLConnection) {
        let connection = try connect(usesPreparedStatements: usesPreparedStatements)
        try connection.runScript(
            """
            CREATE TABLE t (id bigint PRIMARY KEY, name text, content bytea);
            CREATE TABLE u (id bigint);
            """)
        return (connection, SQLConnection(connection))
    }
}
