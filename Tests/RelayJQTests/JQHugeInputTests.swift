import RelayJQ
import RelayJSON
import Testing

/// Functions on large texts and arrays: each gives a result or exceeds its budget, within a second of CPU time.
@Suite(.serialized) struct JQHugeInputTests {
    private static let event: JSON = [
        "text": .string(String(repeating: "a", count: 65_536)),
        "words": .string(String(repeating: "a@b ", count: 16_384)),
        "accents": .string(String(repeating: "é", count: 32_768)),
        "long": .string(String(repeating: "ab", count: 2 << 20)),
        "base32": .string(String(repeating: "ME======", count: 8_192)),
        "numbers": .array((0..<50_000).map { .int($0 * 7_919 % 50_000) }),
        "texts": .array((0..<5_000).map { .string("text \($0)") }),
        "object": .object(JSONObject((0..<5_000).map { ("key\($0)", .int($0)) })),
        "score": 1_000_000_000,
    ]

    #if DEBUG
        /// Most programs reach it in debug builds, so it is small.
        private static let budget: Duration = .milliseconds(50)
    #else
        private static let budget = JQBudget().time
    #endif

    private static let sources = ##"""
        "#" * .score
        .long * .score
        .text * 1e9
        .text * 0.5
        [limit(.score; repeat(.text))]
        limit(.score; .numbers[])
        last(limit(.score; repeat(1)))
        [range(.score)]
        [range(.score) | tostring] | add
        first(range(.score; 0; -1) | select(. < 0))
        reduce range(.score) as $i (0; . + $i)
        reduce .numbers[] as $n (""; . + "text")
        .text as $t | reduce .numbers[] as $n (""; . + $t)
        foreach range(.score) as $i (0; . + 1; select(. < 0))
        .text | until(length > 1e9; . + .)
        [1] | until(length > 1e9; . + .)
        0 | until(. > 1e9; . + 1)
        [0 | recurse(if . < 1e9 then . + 1 else empty end)] | length
        [0 | while(. < 1e9; . + 1)] | length
        .long | ltrimstr("a") | length
        .long | rtrimstr("b") | length
        .long as $l | .long | ltrimstr($l)
        .long | [limit(100; repeat(ltrimstr("a")))] | length
        reduce range(100000) as $i (.long; ltrimstr("ab")) | length
        .base32 | @base32d
        .text | @base32d
        .long | @base32 | @base32d | length
        .long | @base64 | @base64d | length
        .text | @base64d
        .numbers | implode | length
        [range(1000000) | 97] | implode | length
        [.numbers[] | ascii] | length
        .score | ascii
        [.score] | implode
        .long | explode | implode | length
        .numbers | tojson | length
        .long | tojson | tojson | tojson | length
        .object | tojson | fromjson | length
        reduce range(30) as $i (.text; tojson) | length
        [.text | splits("")] | length
        [.text | splits("a")] | length
        [.words | splits("@|b")] | length
        [.long | splits("b")] | length
        .long | [splits("(a|b)+?")] | length
        .text | gsub(""; "x") | length
        .text | gsub("a"; "xxxxxxxxxx") | length
        .text as $t | .text | gsub("a"; $t)
        .words | gsub("(?<name>[a-z])@"; .name + "#") | length
        .words | gsub("a.*b|a"; "x") | length
        .long | gsub("b"; "x") | length
        .accents | gsub("é"; "e") | length
        [.accents | match("é"; "g").offset] | length
        [.text | match("a*?"; "g")] | length
        [.text | scan("(a)(b)?")] | length
        .text | test("(a+)+$")
        .text | test("(a|aa)*b")
        .text as $t | .text | test($t)
        .text as $t | .text | sub($t; "x")
        .text | split("") | length
        .text | split("a") | length
        .text / "a" | length
        .text | ascii_downcase | length
        .text | indices("a") | length
        .text | indices("aa") | length
        .text as $t | .text | indices($t)
        .long | index("ba")
        .long | contains("bb")
        .long as $l | .text | inside($l)
        .text | [.[range(65536):]] | length
        .accents | [.[range(32768):]] | length
        .accents | [range(32768) as $i | .[$i:$i+1]] | length
        .numbers | . - . | length
        .numbers | contains(.)
        .numbers | indices([1, 2])
        .numbers as $n | .numbers | indices($n)
        .numbers | index(49999)
        .numbers | sort | length
        .numbers | sort_by(-.) | length
        .numbers | group_by(. % 100) | length
        .numbers | unique | length
        .numbers | unique_by(. % 10) | length
        .numbers | min_by(-.), max_by(-.)
        .numbers | add
        .numbers | join(",") | length
        .long as $l | .numbers | join($l)
        .numbers | flatten | length
        .numbers | to_entries | length
        .numbers | [tostream] | length
        .numbers | [paths] | length
        .numbers | walk(.) | length
        .numbers | @csv | length
        .numbers | @json | length
        .texts | @sh | length
        .texts | @tsv | length
        .long | @html | length
        .long | @uri | length
        .long | @sh | length
        del(.numbers[]) | length
        .numbers[] |= . + 1 | length
        .numbers |= map(. + 1) | length
        .object | with_entries(.value += 1) | length
        .object[] += 1 | length
        [.object | keys[] as $k | .[$k]] | length
        .object | to_entries | from_entries | length
        .object | del(.[]) | length
        reduce range(100000) as $i ({}; .["key\($i)"] = $i) | length
        .object as $o | [.texts[] | $o[.]] | length
        .numbers[1e9] = 1
        .numbers | .[1000000000:] = [1] | length
        .numbers | has(1e9)
        [.numbers[:1000][] as $x | .numbers[:1000][] as $y | $x * $y] | add
        IN(.numbers[]; .numbers[])
        INDEX(.numbers[]; .) | length
        [.numbers | combinations?] | length
        [[range(20)] | [., ., ., ., ., .] | combinations] | length
        [.numbers, .numbers] | transpose | length
        .numbers | bsearch(7)
        getpath([range(100000)])
        null | setpath([range(100000)]; 1)
        .long | fromjson
        .long | tonumber
        .long | strptime("%Y")
        .long | trim | length
        [.texts[] | ascii_upcase | ltrimstr("TEXT") | tonumber] | add
        "\(.long)\(.long)" | length
        [.numbers[] | tojson | fromjson] | length
        pow(.score; .score) | tojson
        [limit(10; .numbers | repeat(. + .)) | length]
        [.numbers[] | . as $n | "x" * ($n % 10)] | length
        .numbers | length as $n | [range($n) as $i | .[$i]] | length
        """##

    @Test(arguments: sources.split(separator: "\n").map(String.init))
    func endsSoon(source: String) throws {
        let program = try JQProgram(source)
        let event = Self.event
        var budget = JQBudget()
        budget.time = Self.budget
        let start = ThreadTime.now
        do throws(JQError) {
            _ = try program.evaluate(event, budget: budget)
        } catch {
            #expect([.budget, .value].contains(error.code), "\(error)")
        }
        #expect(ThreadTime.now - start < ThreadTime.limit)
    }
}
