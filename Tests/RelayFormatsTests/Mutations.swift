import RelayJSON
import RelayTesting

/// Creates documents with one invalid value.
enum Mutations {
    /// The replacements of a value.
    private static let replacements: [JSON] = [
        .null, true, 0, -1, 1_750_168_528, "", "text", "5511999999001@s.whatsapp.net", "100000000000077@lid", [], [[]],
        [:], .number("1e400"), .number("-0.5"), .number("18446744073709551616"),
        ["low": -1, "high": -1, "unsigned": true], ["type": "Buffer", "data": [1, 2, 3]],
        ["message": ["message": ["conversation": 7]]],
    ]

    /// The changes of a value: removed (nil), wrapped in an object or an array, replaced, or, for an array, with its
    /// elements repeated.
    private static func changes(of value: JSON) -> [JSON?] {
        let twice: [JSON?] = value.array.map { [.array($0 + $0)] } ?? []
        return [nil, ["inner": value], [value]] + replacements + twice
    }

    /// The document with each change of each value, one change at a time.
    static func all(of document: JSON) -> [JSON] {
        places(in: document).flatMap { place in
            changes(of: place.value).compactMap { changed(document, at: place.path[...], to: $0) }
        }
    }

    /// The document with one random change of one value.
    static func one(of document: JSON, _ random: inout SeededGenerator) -> JSON {
        let places = places(in: document)
        guard !places.isEmpty else { return document }
        let place = places[Int(random.next() % UInt64(places.count))]
        let changes = changes(of: place.value)
        let change = changes[Int(random.next() % UInt64(changes.count))]
        return changed(document, at: place.path[...], to: change) ?? document
    }

    /// A value in a document, and the index of the member or element at each level of its path.
    private typealias Place = (path: [Int], value: JSON)

    private static func places(in value: JSON, at path: [Int] = []) -> [Place] {
        var places: [Place] = []
        for (index, inner) in (value.array ?? value.object?.values ?? []).enumerated() {
            places.append((path + [index], inner))
            places += self.places(in: inner, at: path + [index])
        }
        return places
    }

    private static func changed(_ value: JSON, at path: ArraySlice<Int>, to new: JSON?) -> JSON? {
        guard let index = path.first else { return new }
        let inner = path.dropFirst()
        if var object = value.object {
            let (key, member) = object[index]
            object[key] = changed(member, at: inner, to: new)
            return .object(object)
        }
        guard var elements = value.array else { return value }
        if let element = changed(elements[index], at: inner, to: new) {
            elements[index] = element
        } else {
            elements.remove(at: index)
        }
        return .array(elements)
    }
}
