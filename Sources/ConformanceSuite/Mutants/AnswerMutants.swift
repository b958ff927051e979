import GoWire
import ReferenceNode

extension Mutant {
  /// Changes to heads and envelopes.
  static let answerMutants: [Mutant] = [
    Mutant(answers: "cache-control-dropped", "answers lack Cache-Control", groups: ["upload", "content"]) { _, answer in
      answer.fields.remove("Cache-Control")
    },
    Mutant(answers: "cache-control-on-refusals", "refused signatures carry Cache-Control", groups: ["sign"]) {
      _, answer in
      if answer.fields.first("Cache-Control") == nil { answer.fields.add("Cache-Control", "private, no-cache") }
    },
    Mutant(answers: "content-type-dropped", "envelopes lack Content-Type", groups: ["env", "bind"]) { _, answer in
      if answer.isEnvelope { answer.fields.remove("Content-Type") }
    },
    Mutant(answers: "error-code-off-by-one", "each error's code is one more", groups: ["bind", "upload"]) { _, answer in
      guard let code = answer.code, code != 0 else { return }
      answer.text = #"{"code":\#(code + 1)"# + answer.text.dropFirst(8 + String(code).count)
    },
    Mutant(answers: "message-emptied", "errors come without their text", groups: ["bind", "callback"]) { _, answer in
      guard let code = answer.code, code != 0 else { return }
      answer.text = #"{"code":\#(code),"msg":""}"#
    },
    Mutant(answers: "success-with-status-201", "an empty success answers 201", groups: ["ping", "upload"]) {
      _, answer in
      if answer.text == #"{"code":0,"msg":""}"# { answer.status = 201 }
    },
    Mutant(answers: "refusal-with-status-403", "a refused signature answers HTTP 403", groups: ["sign"]) { _, answer in
      if let code = answer.code, [403, 40005, 40071].contains(code) { answer.status = 403 }
    },
    Mutant(answers: "correlation-id-dropped", "errors lack the request id", groups: ["env", "upload"]) { _, answer in
      let parts = answer.text.split(separator: #","correlation_id":""#, maxSplits: 1)
      if parts.count == 2 { answer.text = parts[0] + "\"}" }
    },
    Mutant(answers: "correlation-id-not-adopted", "errors carry an id of the slave's own", groups: ["env"]) {
      _, answer in
      let parts = answer.text.split(separator: #""correlation_id":""#, maxSplits: 1)
      if parts.count == 2 { answer.text = parts[0] + #""correlation_id":"0b8ef0a4-54c8-4a0b-9d1c-6f6f5dbb2f00"}"# }
    },
    Mutant(answers: "not-found-with-newline", "the text of a 404 ends in a newline", groups: ["route"]) { _, answer in
      if answer.status == 404 { answer.bytes.append(10) }
    },
    Mutant(answers: "redirect-without-query", "the 301 of a slash too many drops the query", groups: ["route"]) {
      _, answer in
      guard let location = answer.fields.first("Location")?.text else { return }
      let path = String(location.prefix { $0 != "?" })
      answer.fields.set("Location", GoString(path))
      answer.text = answer.text.split(separator: "\"").enumerated().map { $0.offset == 1 ? path : String($0.element) }
        .joined(separator: "\"")
    },
    Mutant(answers: "cors-origin-dropped", "answers lack Access-Control-Allow-Origin", groups: ["sign"]) { _, answer in
      answer.fields.remove("Access-Control-Allow-Origin")
    },
    Mutant(
      "cors-missing-on-errors", "404 and refusals lack Access-Control-Allow-Origin", groups: ["route", "sign", "cors"],
      handler: { node, _ in
        MutatedHandler(
          node: node,
          response: { _, answer in
            if answer.status == 404 || (answer.code ?? 0) != 0 { answer.fields.remove("Access-Control-Allow-Origin") }
          })
      }),
    Mutant(answers: "binding-after-http-400", "a request that does not bind answers HTTP 400", groups: ["bind"]) {
      _, answer in
      if answer.code == 40001 { answer.status = 400 }
    },
  ]
}
