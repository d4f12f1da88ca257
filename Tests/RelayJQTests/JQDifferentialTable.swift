/// Programs that are evaluated by libjq and by the relay, which must agree: same outputs in the same order, or both an
/// error. Each line is a program; its input is `null`.
enum JQDifferentialTable {
    static let programs = (first + "\n" + second).split(separator: "\n").map(String.init) + paths + keys

    private static let first = ##"""
        getpath(["a"])
        ltrimstr(1)
        ltrimstr("a")
        abs
        [limit(-1;1,2)]
        splits("a";"g")
        pow10
        todate
        [pow(2,3;1,2)]
        [(1,2)+(10,20)]
        [{a:(1,2),b:(3,4)}]
        ["\(1,2)-\(3,4)"]
        [[1,2,3][(0,1):(2,3)]]
        reduce (1,2) as $x (0;empty)
        [foreach (1,2,3) as $x (5; if $x==2 then empty else .+$x end)]
        [reduce (1,2) as $x (0,10;.+$x)]
        reduce (1,2) as $x (0;.+$x,.*10)
        [foreach (1,2) as $x (0; .+$x,.*10)]
        1 as $x | 2 as $y | [$x,$y,$__loc__]
        "ab"|[gsub("(?<x>.)"; .x, "z")]
        "ab"|[sub("(?<x>.)"; .x, "z")]
        [.1+.2]|tojson
        "abc"|[match("";"g")]|map(.offset)
        "abc"|[match("(x)?b")]
        [.[]?]
        try error(null) catch .
        try error catch .
        [1,null]|implode
        "\u00e9"|@uri
        [1,[2]]|@csv
        1|.a.b?
        [1]|.[error("x")]?
        {} | .a[1:2]=5
        [1,2,3]|.[1:]=[9,9,9]
        [1,2,3]|del(.[0,2])
        [1,2,3]|(.[]|select(.>1))|=empty
        [paths]
        {"a":[1,{"b":2}]}|[tostream]
        {"a":[1,{"b":2}]}|[paths(type=="number")]
        [splits("a";"b";"c")]
        @text "a\(1+1)"
        [range(0;10;3)],[range(5;0;-2)],[range(0,1;3,4)]
        [.]|tojson
        infinite,-infinite,nan
        nan<nan
        [nan]|sort
        nan>nan
        [nan,1]|max
        {} * {"a":1}
        5 % 0
        -5 % 3
        5 % -3
        5.9 % 2.1
        1e19 % 7
        "abc" * 0
        "abc" * 2
        "a,b"/","
        [1,2,1]-[1]
        getpath(["a",0])
        {"a":1}|getpath(["a","b"])
        [1,2]|.[1.7]
        [1,2]|.[-1]
        [1,2]|.["a"]?
        [1,2,1]|indices(1)
        "a,b, cd, efg" | indices(", ")
        [0,1,2,1]|indices([1,2])
        splits
        limit(0;1)
        [limit(2;1,2,3)]
        first(empty)
        [nth(1;1,2,3)]
        [1,2]|nth(0)
        isvalid(1)
        ltrimstr
        @json "x\([1])"
        [1,[2]]|flatten(-1)
        [3,1]|sort_by(.,-.)
        [1,2,3]|IN(.[];2,3)
        1|IN(1,2)
        [1,2]|combinations
        [[1,2],[3,4]]|[combinations]
        [1,2]|[combinations(2)]
        walk(1)
        [1,[2]]|walk(if type=="number" then .+1 else . end)
        {"a":1} | has("a"), (try has(0) catch .)
        splits("a")?
        tojson
        "x"|ascii_downcase
        @sh "a \("b c'd")"
        [1,"a"]|@sh
        getpath(["a"])=1
        to_entries
        {"a":1}|with_entries(.value+=1)
        "1 2"|tonumber
        "0x10"|tonumber
        " 1"|tonumber
        "1e3"|tonumber
        "5."|tonumber
        "2015-03-05T23:51:47Z"|strptime("%Y-%m-%dT%H:%M:%SZ")
        "2015-03-05T23:51:47Z"|fromdate
        1425599621|todate
        1425599621.678|todate
        1425599621.678|gmtime
        gmtime?
        1425599621|strftime("%A %B %d %Y %j %U")
        [2015,2,5,23,51,47,4,63]|mktime
        "x"|strptime("%Y")
        "10:20" | strptime("%H:%M")
        [4,2]|ldexp(.[0];.[1]),scalb(.[0];.[1]),scalbln(.[0];.[1]),nearbyint(.[0])
        getpath([1,2])
        splits(1)
        try (break) catch .
        label $a | label $b | 1, break $a, 2
        break $x
        [.[]|tojson]?
        ltrimstr("x")
        "abc"|.[1:2]
        "abc"|.[-2:]
        "abc"|.[1:2]?
        null|.[1:2]
        {"a":[{"b":1},{"b":2}]}|[.a[].b]|add
        try ([1]|.a) catch .
        tojson|fromjson
        "{a"|fromjson
        [1,2]|tojson|tojson
        "a"|test("A";"i")
        "aXbX"|[splits("x";"i")]
        "test"|[match("t";"g").offset]
        "foo bar foo"|[match(["foo","g"]).offset]
        "xyz"|capture("(?<a>x)(?<n>q)?")
        "abAB"|[scan("a";"i")]
        "abAB"|[scan("(a)(b)";"i")]
        "ab,cd"|split(", *";null)
        "abc"|ascii
        getpath(["a","b"])|=3
        pick(.a.b,.c)
        [1,2,3]|pick(.[1])
        [1,2,3]|pick(.[-1])
        [1,2,3]|pick(first)
        {"a":1}|pick(.x|.y)
        [[1,2],[10,20]]|.[] as [$a,$b] ?// $a | [$a,$b]
        [[3]] | .[] as [$a] ?// [$b] | if $a != null then error("err: \($a)") else {$a,$b} end
        {"a":1} as {a:$x, b:[$y]} | [$x,$y]
        {"as":1,"b":2} as {as:$x,$b} | [$x,$b]
        . as {$a:[$b]}|1
        {"a":[7]} | . as {$a:[$b]}|[$a,$b]
        {"k":"a","a":5} | . as {k:$k, ($k):$v}? | $v
        [1,2]|.[0]+=5
        [1,2]|.[]+=(1,2)
        {"a":null}|.a//=3
        {} | .a += 1
        1 as $x | [$x,$x+1] | .[1:]
        @base64 "\("hi")"
        "aGk="|@base64d
        "aGk"|@base64d
        "!!!"|@base64d
        [1,2]|@html
        [1,"a\tb",null,true]|@tsv
        [1,"a\"b",null,true,1.5]|@csv
        [1|until(.>100;.*2)]
        [1|while(.<10;.*2)]
        [recurse(if . < 3 then .+1 else empty end)]
        0|[recurse(if . < 3 then .+1 else empty end)]
        2|[recurse(.*.;.<20)]
        [1,[2,[3]]]|[..]|length
        [1,[2]]|getpath([1,0])
        splits("a";null)
        [1,2,3]|bsearch(2),bsearch(0),bsearch(4)
        [[1,2],[1]]|transpose
        "a b"|@uri
        {"b":1,"a":2}|keys,keys_unsorted,to_entries
        {"b":1,"a":2}|tojson
        [3,1,2]|min,max,(min_by(-.)),(max_by(-.))
        [{"a":1,"b":2},{"a":1,"b":3}]|group_by(.a),unique_by(.a)
        "a"|ltrimstr("a"),rtrimstr("a"),startswith("a"),endswith("b")
        try ("a"|startswith(1)) catch .
        [1,2]|join(",")
        []|join(",")
        ["a",null,1,true]|join("-")
        ["a",[1]]|join("-")
        "abc"|explode|implode
        [1114112]|implode
        [1,2]|contains([1])
        "foobar"|contains("bar")
        {"a":[1]}|inside({"a":[1,2],"b":1})
        [true,false]|any,all
        []|any,all
        [1,2]|any(.>1),all(.>1)
        [1,2]|first,last
        []|first
        []|last
        [range(3)]|first(.[]),last(.[]),nth(1;.[])
        isempty(empty),isempty(1,error("x"))
        [error("x")?]
        try error({a:1}) catch .a
        tostream
        fromstream(1|truncate_stream([[0],1],[[1,0],2],[[1,0]],[[1]]))
        [1|truncate_stream([[0],1],[[1,0],2],[[1,0]],[[1]])]
        getpath("a")
        [splits("")]?
        "abc"|sub("";"x")
        "abc"|gsub("";"x")
        "abc"|gsub("^";"x")
        "aaa"|gsub("a";"b")
        "abc"|gsub("(?<l>[a-z])";"\(.l|ascii_upcase)")
        "abc"|[gsub("a";"b","c")]
        "abc"|sub("(?<x>z)?b";"[\(.x)]")
        limit(1;error("x"))
        [limit(0;error("x"))]
        ltrimstr(null)
        @json
        {(1,2|tostring):3}
        {"a b"}
        {"a b":1}."a b"
        {"a":{"b":1}}|."a"."b"
        {"a":{"b":1}}|.a["b"]
        {"a":[1]}|.a.[0]
        ..
        .. == 1
        [1,2]|.[0] as $x|$x
        """##
}
