extension JQDifferentialTable {
    /// What path expressions do with computed values, and where the error for them is caught. The input is `document`.
    static let paths = pathBodies.split(separator: "\n").map { "\(document)|\($0)" }

    private static let document = ##"{"a":{"b":true},"c":[1,2],"n":null,"f":false,"s":"x"}"##

    private static let pathBodies = ##"""
        [path(1)]
        [path((1)?)]
        [path(1)?]
        try path(1) catch "caught"
        [path(try 1 catch 2)]
        [path(1|empty)]
        [path(1|select(false))]
        [path(1|objects)]
        [path((1,.a)|objects)]
        [path(1|.a)]
        [path(1|.a?)]
        [path((1|.a)?)]
        [path({}|.a?)]
        [path(({}|.a)?)]
        [path(null|.a)]
        [path((null|.a)?)]
        [path("s"|.["a"]?)]
        [path([1]|.[0]?)]
        [path(([1]|.[0])?)]
        [path([1]|.[]?)]
        [path([1]|.[]?|empty)]
        [path(([1]|.[])?)]
        [path([1]|.[1:]?)]
        [path(("a"|.[1:])?)]
        [path([1]|..|empty)]
        [path(1|..|empty)]
        [path((1|..)?)]
        [path(first(1|..)|empty)]
        [path((1|getpath(["a"]))?)]
        [path(1|getpath(["a"]))]
        [path(1|getpath([])|empty)]
        [path({}|getpath(["a"])|empty)]
        [path(getpath(["a","b"])|1|true)]
        [path(.n|1|null)]
        [path(.n|{}|null)]
        [path(.f|1|false)]
        [path(.f|1|true)]
        [path(.n|not|not|null)]
        [path(.a.b|.|true)]
        [path(.a|1|.b)]
        [path(.a|try error("x") catch null)]
        [path(.n|try error("x") catch null)]
        [path(try error("x") catch .)]
        [path(try error("x") catch empty)]
        [path(.a|try (1|.b) catch empty)]
        [path(.a|try (1|.b) catch .n)]
        [path(try (1|.[1:]) catch 1|empty)]
        [path(.a,(try (1|.b) catch empty),.c)]
        [path(.a,(1|.b)?,.c)]
        [path(.a,(1)?,.c)]
        [path(({}|.x)//.a)]
        [path((({}|.x)?)//.a)]
        [path(({}|.x?)//.a)]
        [path(1//.a)]
        [path((1|empty)//.a)]
        [path(null//.a)]
        [path((.n|1|null)//.a)]
        [path(false//.n)]
        [path([{}|.a])]
        [path([{}|.a]|empty)]
        [path(([{}|.a])?)]
        [path([.a,.c]|empty)]
        [path([.a|.b]|empty)]
        [path({a:(1|tojson|.[0:1])}|empty)]
        [path({a:({}|.a)}|empty)]
        [path(.[{}|.a|"c"])]
        [path(.[([{}|.a]|"c")][0])]
        [path(.c[({}|.a|1):])]
        [path(if {}|.a then 1 else .c end)]
        [path(if 1 then 2 else .c end)]
        [path((if 1 then 2 else .c end)|empty)]
        [path(({}|.a)+1|empty)]
        [path((({}|.a)+1)?)]
        [path(-(1|.b)|empty)]
        [path((-(1|.b))?)]
        [path("x\({}|.a)"|empty)]
        [path(.a and .c|empty)]
        [path(.a.b and true)]
        [path(.a.b and .c|empty)]
        [path(.a.b or 1)]
        [path(.n and .a|empty)]
        [path(.n or .a|empty)]
        [path(.f and 1)]
        [path(.f or false)]
        [path((1|.a) and 1|empty)]
        [path(not|empty)]
        [path(isempty(1|.a)|empty)]
        [path(isempty(.f))]
        [path(isempty(.n))]
        [path(isempty(empty)|empty)]
        [path(any(.a.b;.))]
        [path(any(1;.a)|empty)]
        [path((any(1;.a))?)]
        [path(all(.a.b;.))]
        [path(all(.f;.))]
        [path(all(1|.a;.)|empty)]
        [path(until(type=="array";.c))]
        [path(until(type=="array";[.])|empty)]
        [path(until(type=="array";[{}|.a])|empty)]
        [path(while(type=="object";.a?))]
        [path(limit(0;1))]
        [path(limit(1;1,2))]
        [path(limit(1;.a,(1|.b)))]
        [path(limit(2;.a,(1|.b)))]
        [path(limit(1;1|.a)|empty)]
        [path(first(1|.a,.b)?)]
        [path(first((1|.a)?,.c))]
        [path(first(.a,(1|.b)))]
        [path(nth(0;.c,.a))]
        [path(nth(1;.c,.a))]
        [path(nth(1;.c,(1|.a)))]
        [path(nth(0;.c,(1|.a)))]
        [path(.c|last)]
        [path(.c|first)]
        [path(label $f|.a,break $f)]
        [path(label $f|1|break $f)]
        [path(label $f|(1|.a)?,break $f,.a)]
        [path(recurse(if type=="object" then .a? else empty end))]
        [path(recurse(1)|numbers|error("x"))]
        [path(recurse(if type=="object" then 1 else empty end)|objects)]
        [path(.a as $x|.c)]
        [path(({}|.a) as $x|.c)]
        [path([{}|.a] as $x|.c)]
        [path(.c[]|1|empty)]
        [path(.c[]|tojson|.[0:1]?|empty)]
        [path((.c[]|tojson|.[0:1])?)]
        [path(def f: 1; f|empty)]
        [path(def f(g): g|.b; f(.a))]
        [path(def f(g): (g|.b)?; f(1))]
        [path(def f(g): (g|.b)?; f({}),f(.a))]
        [path(error(1|.a)?)]
        [path(1|error)?]
        [path((1|error)?)]
        [path(.c|map(.)|empty)]
        [path([1]|map(.)|empty)]
        [path(.c|sort_by(.)|empty)]
        [path(.c|walk(.)|empty)]
        [path(.s|walk(.))]
        [path(1|walk(.)|empty)]
        [path(path(1|.a)?)]
        [path(path((1|.a)?))]
        [path(path(.a)|empty)]
        [path(1|path(.)|empty)]
        [path({"a":1}|path(.a)|empty)]
        [path(.c|to_entries|empty)]
        [path(.a|del(.b)|empty)]
        [path((.a|del(.b)|.c)?)]
        [path(1|del(.)|empty)]
        [path({"a":1}|del(.a)|empty)]
        [paths(1|.a?)]
        [paths((1|.a)?)]
        [paths(1)]|length
        [paths({}|.a)]|length
        del(1)
        del((1)?)
        del((1|.a)?)
        del((1|.a)?,.n)
        del(.c[]|1|select(false))
        del((.c[]|1|.x)?,.n)
        del(.c[]|try error catch empty)
        del(.c[]|(1,.)|numbers)
        del(try (1|.a) catch empty,.a)
        del(.a,1)?
        [del(.a,1)?]
        del(.n|null)
        del(.c[1|.])
        pick(1)
        pick((1)?)
        pick(.a|1|.b)
        pick((.a|1|.b)?)
        pick(.a,((1|.b)?))
        pick(.n|null)
        pick(.a.b|true)
        pick(.c|first)
        1=2
        (1)?=3
        (1|empty)=3
        (1|.a)?=3
        ((1|.a)?)=3
        ((1|.a)?,.n)=3
        (1)?|=3
        (1|empty)|=3
        ((1|.a)?)|=3
        ((1|.a)?,.n)|=3
        ((1|.a)?)+=3
        ((1|.a)?,.c[0])+=3
        (.a|1|select(false))|=3
        (.n|null)|=3
        (.f|false)=3
        (.c[]|1|.a?)=3
        (.c[]|(1|.a)?)=3
        (.c[]|1)|=3
        (.c[]|1)=3
        (.c[]|.,(1|empty))|=.+1
        (.c|..|numbers)|=.+1
        (.c|map(.)|..|empty)|=1
        (.a|=1|.b)|=2
        [.c[]|path(1)?]
        [.c[]|try path(1) catch 0]
        (.c|first)|=5
        (.c|last)|=5
        first(.c[])|=5
        limit(1;.c[])|=5
        nth(1;.c[])|=5
        until(type=="array";.c)|=length
        [nth(5;1,2)]
        [nth(0;empty)]
        [nth(0,1;1,2,3)]
        [nth(1.5;1,2,3)]
        [nth(1;1,2,error("x"))]
        [nth(-1;1)]
        [nth("a";1)]
        [nth(nan;1)]
        """##
}
