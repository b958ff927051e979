import GoWire

/// The types of the program that made the vectors.
enum VectorTypes {
  static let small = GoType.structure(GoStructure("Small", fields: [GoField("A", .int), GoField("B", .string)]))

  static let wide = GoType.structure(
    GoStructure(
      "Wide",
      fields: [
        GoField("Int", .int), GoField("Int8", .int(bits: 8)), GoField("Int64", .int64), GoField("Uint", .uint),
        GoField("Uint64", .uint(bits: 64)), GoField("Float", .float64), GoField("Float32", .float(bits: 32)),
        GoField("Bool", .bool), GoField("String", .string), GoField("Bytes", .bytes), GoField("Ints", .slice(.int)),
        GoField("Strings", .slice(.string)), GoField("Map", .map(key: .string, value: .int)), GoField("Nested", small),
        GoField("Ptr", .pointer(small)), GoField("List", .slice(small)), GoField("PtrList", .slice(.pointer(small))),
        GoField("ByID", .map(key: .int, value: .string)), GoField("Time", .time), GoField("TimePtr", .pointer(.time)),
        GoField("Array", .array(count: 3, .int)), GoField("Any", .interface),
      ]))

  static let withURI = GoType.structure(
    GoStructure(
      "WithURI", fields: [GoField("Where", .opaque(name: "URI")), GoField("Also", .pointer(.opaque(name: "URI")))]))

  static let progress = GoType.structure(
    GoStructure("Progress", fields: [GoField("Total", .int), GoField("Current", .int), GoField("Identifier", .string)]))

  static let taskSummary = GoType.structure(
    GoStructure(
      "SlaveTaskSummary",
      fields: [
        GoField("Status", .string), GoField("Error", .string), GoField("PrivateState", .string),
        GoField("Progress", .map(key: .string, value: progress)),
      ]))

  static let physicalObject = GoType.structure(
    GoStructure(
      "PhysicalObject",
      fields: [
        GoField("Name", .string), GoField("Source", .string), GoField("RelativePath", .string), GoField("Size", .int64),
        GoField("IsDir", .bool), GoField("LastModify", .time),
      ]))

  static let mediaMeta = GoType.structure(
    GoStructure("MediaMeta", fields: [GoField("Key", .string), GoField("Value", .string), GoField("Type", .string)]))

  static let taskHandle = GoType.structure(
    GoStructure("TaskHandle", fields: [GoField("ID", .string), GoField("Hash", .string)]))

  static let taskFile = GoType.structure(
    GoStructure(
      "TaskFile",
      fields: [
        GoField("Index", .int), GoField("Name", .string), GoField("Size", .int64), GoField("Progress", .float64),
        GoField("Selected", .bool),
      ]))

  static let taskStatus = GoType.structure(
    GoStructure(
      "TaskStatus",
      fields: [
        GoField("FollowedBy", .pointer(taskHandle)), GoField("SavePath", .string), GoField("Name", .string),
        GoField("State", .string), GoField("Total", .int64), GoField("Downloaded", .int64),
        GoField("DownloadSpeed", .int64), GoField("Uploaded", .int64), GoField("UploadSpeed", .int64),
        GoField("Hash", .string), GoField("Files", .slice(taskFile)), GoField("Pieces", .bytes),
        GoField("NumPieces", .int), GoField("ErrorMessage", .string),
      ]))

  /// By the names that the vectors give, pointers left out.
  static let named: [String: GoType] = [
    "bool": .bool, "int": .int, "int8": .int(bits: 8), "int64": .int64, "uint": .uint, "uint64": .uint(bits: 64),
    "float64": .float64, "string": .string, "[]uint8": .bytes, "[]string": .slice(.string), "[]int": .slice(.int),
    "map[string]int": .map(key: .string, value: .int), "[3]int": .array(count: 3, .int), "main.Small": small,
    "[]main.Small": .slice(small), "main.Wide": wide, "time.Time": .time, "main.WithURI": withURI,
    "main.SlaveTaskSummary": taskSummary, "[]main.PhysicalObject": .slice(physicalObject),
    "main.TaskStatus": taskStatus,
  ]

  static let names: GobNames = {
    var names = GobNames.basic
    names.register("main.Small", small)
    return names
  }()

  /// The type ids of that program: the types in the order in which it met them.
  static func table() throws -> GobTypeTable {
    var table = GobTypeTable()
    let met: [GoType] = [
      .slice(.string), .slice(.int),
      // One that no vector shows.
      .slice(.bool), .map(key: .string, value: .int), .array(count: 3, .int), small, .slice(small), wide, .time,
      withURI,
      taskSummary, .slice(physicalObject), .slice(mediaMeta), taskHandle, taskStatus,
    ]
    for type in met { try table.meet(type) }
    return table
  }
}
