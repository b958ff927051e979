import GoWire
import ReferenceNode

/// A fault as a line of a scenario file: its kind, its place, its window, what it matches, and the parameters of its row in
/// scenarios.md 2.1–2.4.
extension Fault: ScenarioRecord {
  init() { self.init(.refuse, on: .node("")) }

  static let summary = "What is broken, where and when."

  static var fields: [ScenarioField<Fault>] {
    [
      .required("fault", \.kind, .word(FaultKind.self), "FLT-…"),
      .choice(
        "link", group: "place", \.place, .list(.text, atLeast: 2), { .link(from: $0[0], to: $0[1]) },
        { if case .link(let from, let to) = $0 { [from, to] } else { nil } }, "[from, to]; * is every node"),
      .choice(
        "node", group: "place", \.place, .text, { .node($0) }, { if case .node(let name) = $0 { name } else { nil } }),
      .defaulted("from", \.from, .seconds(), .zero, "when it begins"),
      .optional("until", \.until, .seconds(), "when it is healed"),
      .optional("exchange", \.match.exchange, .word(ExchangeKind.self), "only exchanges of this kind"),
      .optional("phase", \.match.phase, .word(ExchangePhase.self), "only in this phase"),
      .optional("path", \.match.pathPrefix, .goText, "only requests whose path begins so"),
      .optional("operation", \.match.operation, .word(DiskOperation.self), "only this operation of a disk"),
      .defaulted("class", \.match.pathClass, .word(PathClass.self), .any, "only files of this class"),
      .optional("nth", \.match.nth, .count(1 ... .max), "only the n-th that matches"),
      .optional("count", \.match.count, .count(1 ... .max), "after so many firings it is over"),
      .optional("chance", \.match.chanceInMillion, .count(0...1_000_000), "of firing, in millionths"),
      .optional("effect", \.match.effect, .count(1 ... .max), "only at the effect with this number"),
      .optional("stream", \.stream, .count(), "the number of its source of chance; its place in the plan when absent"),
      .optional("bytes", \.parameters.bytes, .integer()),
      .optional("rate", \.parameters.rate, .integer(1 ... .max), "bytes a second"),
      .optional("side", \.parameters.side, .word(FaultParameters.Side.self)),
      .optional("span", \.parameters.span, .seconds(negative: true)),
      .optional("mean", \.parameters.mean, .seconds()),
      .optional("jitter", \.parameters.jitter, .seconds()),
      .optional("status", \.parameters.status, .count(100...999)),
      .optional("after_origin", \.parameters.afterOrigin, .truth),
      .optional("variant", \.parameters.variant, .text),
      .optional("name", \.parameters.name, .goText),
      .optional("value", \.parameters.value, .goText),
      .optional("number", \.parameters.number, .integer(.min ... .max)),
      .optional("nodes", \.parameters.nodes, .list(.text)),
    ]
  }

  func complaint() -> (field: String, text: String)? {
    switch (place, kind.place) {
    case (.link, .disk), (.link, .process), (.link, .clock):
      return ("link", "\(kind.rawValue) is on a node; write node: S1")
    case (.node, .link): return ("node", "\(kind.rawValue) is on a link; write link: [FROM, TO]")
    case (.link, .link), (.node, .disk), (.node, .process), (.node, .clock): break
    }
    let allowed = kind.parameters
    for name in parameters.given where !allowed.contains(where: { $0.name == name }) {
      let names = allowed.map(\.name)
      return (
        name,
        "\(kind.rawValue) has no \(name)"
          + (names.isEmpty ? "; it has no parameters" : ScenarioError.advice(for: name, among: names))
      )
    }
    for parameter in allowed {
      guard parameters.given.contains(parameter.name) else {
        if parameter.isRequired { return ("fault", "\(kind.rawValue) needs \(parameter.name)") }
        continue
      }
      if parameter.name == "variant", !parameter.words.isEmpty, let variant = parameters.variant,
        !parameter.words.contains(variant)
      {
        return (
          "variant", "\(kind.rawValue) has no \(variant)\(ScenarioError.advice(for: variant, among: parameter.words))"
        )
      }
    }
    if let until, until <= from { return ("until", "ends before it begins") }
    return nil
  }
}

extension FaultParameters {
  /// The names of what is given.
  var given: [String] {
    var names: [String] = []
    if bytes != nil { names.append("bytes") }
    if rate != nil { names.append("rate") }
    if side != nil { names.append("side") }
    if span != nil { names.append("span") }
    if mean != nil { names.append("mean") }
    if jitter != nil { names.append("jitter") }
    if status != nil { names.append("status") }
    if afterOrigin != nil { names.append("after_origin") }
    if variant != nil { names.append("variant") }
    if name != nil { names.append("name") }
    if value != nil { names.append("value") }
    if number != nil { names.append("number") }
    if nodes != nil { names.append("nodes") }
    return names
  }
}

extension FaultKind {
  /// A parameter of a kind's row.
  struct Parameter {
    var name: String
    var isRequired = false
    /// The choices of a `variant`; empty for any.
    var words: [String] = []

    init(_ name: String, required: Bool = false, words: [String] = []) {
      self.name = name
      self.isRequired = required
      self.words = words
    }
  }

  /// The parameters that the kind's row names (scenarios.md 2.1–2.4).
  var parameters: [Parameter] {
    switch self {
    case .refuse, .synDrop, .scheme, .noQuery, .unlength, .torn, .noSync, .inputOutput, .deny, .kill, .power, .term:
      []
    case .noName: [Parameter("name")]
    case .reset, .close, .halfOpen: [Parameter("bytes"), Parameter("side")]
    case .stall: [Parameter("bytes"), Parameter("side"), Parameter("span")]
    case .throttle: [Parameter("rate", required: true)]
    case .delay: [Parameter("mean", required: true), Parameter("jitter")]
    case .oneWay: [Parameter("variant", words: ["raw", "stateful"])]
    case .partition: [Parameter("nodes")]
    case .hold: [Parameter("span", required: true)]
    case .reorder: [Parameter("span")]
    case .page: [Parameter("status", required: true), Parameter("after_origin")]
    case .lostReply: [Parameter("variant", required: true, words: ["close", "stall", "524"])]
    case .duplicate: [Parameter("span"), Parameter("variant", words: ["first", "second"])]
    case .header:
      [
        Parameter("variant", required: true, words: ["add", "drop", "rename"]), Parameter("name", required: true),
        Parameter("value"),
      ]
    case .repath:
      [Parameter("variant", required: true, words: ["decode", "merge", "slash", "strip"]), Parameter("name")]
    case .bodyCut: [Parameter("bytes", required: true), Parameter("variant", words: ["kept", "rewritten"])]
    case .bodyMax: [Parameter("bytes", required: true)]
    case .redirect: [Parameter("status", required: true), Parameter("value")]
    case .cache: [Parameter("span", required: true)]
    case .flip: [Parameter("number"), Parameter("bytes")]
    case .badReply: [Parameter("variant", required: true), Parameter("value")]
    case .endless: [Parameter("variant", required: true, words: ["head", "body", "1xx", "headers"])]
    case .fuzz: [Parameter("number"), Parameter("variant")]
    case .daemon: [Parameter("variant")]
    case .full: [Parameter("bytes", required: true)]
    case .slowDisk: [Parameter("span", required: true)]
    case .rot: [Parameter("number"), Parameter("bytes")]
    case .vanish:
      [
        Parameter("variant", required: true, words: ["remove", "truncate", "replace"]), Parameter("bytes"),
        Parameter("name"),
      ]
    case .restart: [Parameter("span"), Parameter("name"), Parameter("value"), Parameter("variant")]
    case .pause: [Parameter("span", required: true)]
    case .noFiles: [Parameter("number")]
    case .offset, .jump: [Parameter("span", required: true)]
    case .drift: [Parameter("number", required: true)]
    }
  }
}
