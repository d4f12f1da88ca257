extension JQDifferentialTable {
    /// The second half of the programs.
    static let second = ##"""
        {a:1}|.a as $x|$x+1
        if . then 1 end
        if null then 1 elif 1 then 2 end
        if (true,false) then 1 else 2 end
        [if (true,null) then 1 elif true then 2 end]
        try error("x")
        .a.b.c
        [.[1,2]?]
        1,2|.+1
        def f(x): x*2; f(3)
        def f($a;$b): $a+$b; f(1;2)
        def f(g): [g,g]; f(1,2)
        def fac: if . <= 1 then 1 else . * (.-1|fac) end; 10|fac
        def f: def g: 3; g; f
        [.[]?|1] | length
        reduce range(5) as $i ([]; .[$i]=$i)
        $x
        foo
        1 +
        1 == 1 == 1
        {a:1
        ltrimstr(
        "\x"
        .[
        "a" "b"
        . as [$a, {b:$c}] | 1
        {"a":1,"b":2}|map_values(.+1),map_values(empty)
        [1,2]|map_values(.+1)
        [1,null,2]|map(values)
        [1,null,"a",[],{},true]|map(scalars),map(iterables),map(nulls),map(booleans),map(numbers),map(strings),map(arrays),map(objects)
        [1,2]|del(.[])
        {"a":1,"b":2}|del(.a,.b),del(.x)
        {"a":1}|delpaths([["a"]])
        to_entries?
        [1,[2,3]]|flatten
        "\(1;2)"
        [1,2]|.[2]=1
        null|.[2]=1
        null|.[-1]=1
        [1]|.[-2]=1
        null|.["a"]=1
        1|.a=1
        [1]|.a=1
        "abc"|.[0]
        [1,2,3]|.[1:]|=map(.+1)
        [1,2,3]|.[:2]+=["x"]
        abs(1)
        -(1)
        -1|abs
        "a"|-.
        [1]|-.
        1-1
        1 -1
        .a-1
        "x" as $x | "a\($x)b"
        [.[]?] | all
        splits("a";"b")
        getpath(["a"];1)
        limit(1)
        "É"|ascii_downcase
        $__loc__
        @sh "x"
        not
        [true,null,false,0]|map(not)
        null|not
        1 and error("x")
        false and error("x")
        true or error("x")
        [(true,false) and (true,false)]
        [(true,false) or (true,false)]
        [(null,1,false,2)//3]
        [(null,false)//(3,4)]
        [empty//3]
        [error("x")//3]
        (1,error("x"))//3
        first(range(10;0;-1))
        ltrimstr("")
        min_by(.a)?
        []|min
        getpath([])
        {"a":1}|to_entries[]
        {}|.a.b.c=1
        {}|.a[2]=1
        [[1]]|.[0][0]|=.+1
        {}|.["a","b"]=1
        [1,2,3]|to_entries
        utf8bytelength
        "é"|utf8bytelength,length
        [1,{"a":2}]|length
        -5|length
        null|length
        true|length
        [3,[1],"a",null,true,false,{},{"a":1}]|sort
        {"a":{"b":1}}*{"a":{"c":2}}
        10/4
        10/5
        1/0
        1/3
        0/0
        "a"/0
        [] / 1
        {}-1
        "a"-"b"
        9223372036854775807
        [9223372036854775807]|.[0]
        100000000000000000000|.+1
        floor
        1.5|floor,ceil,round,sqrt,fabs
        -1.5|floor,ceil,round,trunc
        1|exp,log,log2,log10,sin,cos,atan
        pow(2;10)
        atan2(1;2)
        fma(2;3;4)
        ldexp(1;3)
        drem(5;3)
        infinite|floor
        nan|isnan
        1|isnormal,isinfinite
        infinite|isinfinite
        [infinite]|tojson
        splits("x")
        @text
        objects
        getpath(["a",1])
        try error(1) catch .
        getpath(1)
        toboolean
        ltrim,rtrim
        0|strftime("%Z")
        getpath(["x"])
        INDEX(.a)
        [{"a":1},{"a":2}]|INDEX(.a)
        INDEX({"a":1},{"a":2};.a)
        [[1,2]]|[JOIN({"1":"x"};.[0]|tostring)]
        getpath(["a"])?
        "a"|ascii_upcase
        "a"|todate
        strptime("%s")
        "5"|strptime("%s")
        "Thu 5 Mar 2015"|strptime("%a %d %b %Y")
        1
        del(.)
        del(.[0])
        [1]|del(.a)
        1|tojson
        "x"|tojson
        "aé😀"|explode,length,utf8bytelength,.[1:2]
        "aaa"|indices("aa")
        ""|indices("")
        "abc"|index(""),rindex("b")
        [1,2,1]|index(1),rindex(1)
        []|index(1)
        null|index(1)
        "a"|index(1)
        [1]|index("a")
        "aba"|[gsub("a"; empty)]
        "ab"|[gsub("(?<x>.)"; if .x=="b" then "1","2" else "3" end)]
        [last(range(5))]
        [path(.a,.b)]
        try path(1|.a) catch "x"
        [1,2]|path(first(.[]))
        path(getpath(["a","b"]))
        path(if .a then .b else .c end)
        [1,2,3]|.[1:]|=empty
        {"a":{}}|.a.b|=empty
        [1,2,3]|.[{"start":1,"end":null}]
        {"a":1}|[.[]|=.+1]
        [{"a":1},{"a":null},{}]|sort_by(.a)|map(keys)
        [1,[2,[3]]]|flatten(1)
        ""|split(",")
        "abc"|split("")
        @uri "?q=\("a b&é")"
        {"a":"xyz"}|contains({"a":"y"})
        [2024,1,30,1,2,3.5,0,0]|mktime,todate
        1700000000|gmtime|strftime("%e|%k|%s|%G-W%V-%u")
        [range(0;1;0.3)]
        [range(5)]|.[2:4]=[],del(.[1:3]),.[1:3]
        [nan]|tostring
        {"a":nan}|.a<1
        "a1b2"|[scan("[a-z](\\d)")]
        "foo bar"|[match("\\bb\\w+").offset]
        "aaa"|[match("a*";"g")|[.offset,.length]]
        {"a":[1,{"b":2}]} as {a:[$x,{$b}]} | [$x,$b]
        {"a":1}|{a,"b":2,"c\(1)":3,@base64 "x":4,$__loc__}
        [1,2,3]|.[-1:]|=[7,8]
        2|[limit(4;recurse(.*2))]
        {"a":[{"b":1}]}|[paths|map(tostring)|join(".")]
        any(1,error;.)
        all(false,error;.)
        label $f | 1, (label $g | 2, break $f), 3
        [foreach range(5) as $i (0;.+$i;[$i,.])]
        def f(a;$b): a+$b+b; 1|f(.;2)
        def f: .+1; def g: f|f; def f: 100; 1|g
        def r(n): if n > 0 then n, r(n-1) else empty end; [r(3)]
        1|.a?,.[0]?,.[]?
        @sh "echo \("a b","c")"
        [null,false,"a\nb\\"]|@tsv
        [1,2]|has(0,5,-1)
        [1,1,2]|unique,group_by(.),unique_by(.%2)
        3.14159265358979323846+0|tojson
        2*3+4*5-6/2%4
        {"a":[1,2]}|.a[0]=(5,6)
        {"a":1}|.b|=.a
        {"a":1}|.a+=(1,2)
        [1,null]|.[]//=5
        {"a":[1,2,3]}|del(.a[]|select(.>1))
        [1,2,3]|del(.[-1]),del(.[10]),del(.[:2])
        {"a":1}|with_entries(.key|=ascii_upcase)
        "a, b"|[splits(", *")]
        [3,[2,1]]|walk(if type=="array" then sort else . end)
        [try error("x") // 1]
        1 + 2 as $x | $x
        {a:1,b:2|3}
        {} | .and = 1 | .and
        [[1,2],[1]]|.[] as [$a,$b] ?// $a|[$a,$b]
        .a as $x
        def f: 1
        {"a":}
        .a..b
        reduce 1,2 as $x (0;.)
        [path(null)]
        true|[path(true)]
        false|[path(true)]
        [null]|[path(.[0]|null)]
        true|del(true)
        null|pick(null)
        1|[path(1)]
        true|[path(1==1)]
        [{}]|getpath([{}])
        [1,2]|.[{}]
        null|.[{}]
        [1]|setpath([{}];[1])
        [1]|delpaths([[{"start":0}]])
        [1,2,3]|getpath([{"start":1,"end":null}])
        null|join(",")
        [1e3]
        ["a","b",1,null]|join(null)
        ["a",null]|join(1)
        true|contains(false)
        false|contains(true)
        false|contains(false)
        {"a":true}|contains({"a":false})
        {"a":1}|contains({"a":"x"})
        [true]|contains([false])
        [[null,-1]]|del(.[0],(.[0]|(.[0],.)))
        [1,2,3]|del(.[1:],.[0])
        [1,2,3]|del(.[1:][0],.[0])
        [1,2,3]|del(.[1:][0],.[2])
        [1,2,3]|del(.[1:2],.[1:2][0])
        [1,2,3]|del(.[0],.[-1])
        [1,2,3]|del(.[1.5],.[-1.5])
        [1,2,3]|del(.[-0.5])
        [{"a":1},2]|del(.[0],.[0].a)
        [{"a":1,"b":2},2]|del(.[0].b,.[1],.[0].a)
        1|delpaths([[],3])
        null|delpaths([[true,0]])
        [1]|delpaths([[null]])
        """##
}
