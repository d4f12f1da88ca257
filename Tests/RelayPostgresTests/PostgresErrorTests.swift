import RelayCore
import Testing

@testable import RelayPostgres

@Suite
struct PostgresErrorTests {
    private static let states: [(String, PostgresError.Kind, StoreError.Code)] = [
        ("57P01", .broken, .unavailable),
        ("57P03", .broken, .unavailable),
        ("57P05", .broken, .unavailable),
        ("25P03", .broken, .unavailable),
        ("08006", .broken, .unavailable),
        ("40001", .retryable, .unavailable),
        ("40P01", .retryable, .unavailable),
        ("55P03", .retryable, .unavailable),
        ("53100", .full, .full),
        ("25006", .readOnly, .unavailable),
        ("23505", .other, .unavailable),
        ("", .other, .unavailable),
    ]

    @Test(arguments: states)
    func theStateSaysWhatAFailureMeans(state: String, kind: PostgresError.Kind, code: StoreError.Code) {
        let error = PostgresError(sqlState: state, message: "m", detail: "Key (id)=(secret)", sql: "SELECT 1")
        #expect(error.kind == kind)
        #expect(StoreError(error).code == code)
        #expect(!StoreError(error).message.contains("secret"))
    }

    @Test
    func anErrorOfTheStoreStays() {
        #expect(StoreError(StoreError(.conflict, "taken") as any Error).code == .conflict)
    }
}
