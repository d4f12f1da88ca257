internal import RelayHTTPClient

/// The fields of a form that uploads a file to a gateway.
struct GatewayFormFields: Sendable, Equatable {
    struct FormField: Sendable, Equatable {
        var name: String
        var value: String
    }

    var fields: [FormField]
    /// The name of the field with the file.
    var fileField: String
    var file: OutboundMessageRequest.Attachment

    /// - Parameter directory: where a large body is written.
    func body(in directory: String) throws(MultipartFormBuilder.WriteError) -> MultipartFormBody {
        var form = MultipartFormBuilder(directory: directory)
        for field in fields { try form.append(field: field.name, field.value) }
        try form.beginFile(fileField, fileName: file.name, type: file.type)
        try form.append(file.bytes ?? [])
        try form.endFile()
        return try form.finish()
    }
}
