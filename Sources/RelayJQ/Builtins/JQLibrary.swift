/// Functions that are written in jq. They are parsed once, and compiled into the programs that use them.
enum JQLibrary {
    static let definitions: [String: JQExpression.Definition] = {
        var table: [String: JQExpression.Definition] = [:]
        guard var rest = try? JQParser.parse(source + " .").expression else {
            fatalError("the library of jq functions does not parse")
        }
        while case .define(let definition, let next) = rest.kind {
            table["\(definition.name)/\(definition.parameters.count)"] = definition
            rest = next
        }
        return table
    }()

    /// Why a function of jq is missing here.
    static let unavailable: [String: String] = {
        let event = "an expression sees one event and nothing else"
        let files = "an expression has no modules"
        let stop = "an expression cannot stop the relay; use `error(\"…\")` or `empty`"
        return [
            "input": event, "inputs": event, "input_line_number": event, "halt": stop, "halt_error": stop,
            "modulemeta": files, "get_prog_origin": files, "get_jq_origin": files,
        ]
    }()

    private static let source = #"""
        def values: select(. != null);
        def nulls: select(. == null);
        def booleans: select(type == "boolean");
        def numbers: select(type == "number");
        def strings: select(type == "string");
        def arrays: select(type == "array");
        def objects: select(type == "object");
        def iterables: select(type == "array" or type == "object");
        def scalars: select(type != "array" and type != "object");
        def finites: select((isinfinite or isnan) | not);
        def normals: select(isnormal);
        def recurse(f; condition): recurse(f | select(condition));
        def first: .[0];
        def last: .[-1];
        def last(f): reduce f as $x (null; $x);
        def nth($n): .[$n];
        def skip($n; f):
            if $n > 0 then foreach f as $x ($n; . - 1; if . < 0 then $x else empty end)
            elif $n == 0 then f
            else error("skip doesn't support negative count") end;
        def any: any(.[]; .);
        def all: all(.[]; .);
        def any(f): any(.[]; f);
        def all(f): all(.[]; f);
        def in(xs): . as $x | xs | has($x);
        def inside(xs): . as $x | xs | contains($x);
        def IN(s): any(s == .; .);
        def IN(src; s): any(src == s; .);
        def INDEX(stream; f): reduce stream as $row ({}; .[$row | f | tostring] |= $row);
        def INDEX(f): INDEX(.[]; f);
        def JOIN($idx; idx_expr): [.[] | [., $idx[idx_expr]]];
        def JOIN($idx; stream; idx_expr): stream | [., $idx[idx_expr]];
        def JOIN($idx; stream; idx_expr; join_expr): stream | [., $idx[idx_expr]] | join_expr;
        def paths: path(..) | select(length > 0);
        def paths(f): path(.. | select(f)) | select(length > 0);
        def leaf_paths: paths(scalars);
        def walk(f): def w: if type == "object" then map_values(w) elif type == "array" then map(w) else . end | f; w;
        def combinations:
            if length == 0 then []
            else .[0][] as $x | (.[1:] | combinations) as $w | [$x] + $w end;
        def combinations(n): . as $value | [range(n)] | map($value) | combinations;
        def tostream:
            path(def r: (.[]? | r), .; r) as $p | getpath($p)
            | reduce path(.[]?) as $q ([$p, .]; [$p + $q]);
        def fromstream(f):
            {x: null, e: false} as $initial
            | foreach f as $i ($initial;
                if .e then $initial else . end
                | if $i | length == 2
                    then setpath(["e"]; $i[0] | length == 0) | setpath(["x"] + $i[0]; $i[1])
                    else setpath(["e"]; $i[0] | length == 1) end;
                if .e then .x else empty end);
        def truncate_stream(stream):
            . as $n | null | stream | . as $input
            | if (.[0] | length) > $n then setpath([0]; .[0][$n:]) else empty end;
        def ascii: [.] | implode;
        def todate: strftime("%Y-%m-%dT%H:%M:%SZ");
        def todateiso8601: todate;
        def fromdateiso8601: strptime("%Y-%m-%dT%H:%M:%SZ") | mktime;
        def fromdate: fromdateiso8601;
        def date: todate;
        def dateadd(unit; n): . + n;
        def datesub(unit; n): . - n;
        def trimstr($text): ltrimstr($text) | rtrimstr($text);
        def env: {};
        def debug: .;
        def debug(message): .;
        def stderr: .;
        def input_filename: null;
        def get_search_list: [];
        def have_literal_numbers: true;
        def have_decnum: false;
        """#
}
