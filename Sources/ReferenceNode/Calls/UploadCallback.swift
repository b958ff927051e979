import GoWire
import NodeProtocol

/// Whom to tell when an upload is complete (CB-1, CB-2).
struct UploadCallback: Hashable, Sendable {
  /// As the session has it; its last part is a secret, so it goes into no log.
  var url: GoString
  /// The key of the policy's node; nil for a policy without one.
  var key: GoString?
  /// The number of the policy's node (QUIRK-9).
  var nodeID: Int64
}

/// Tells the master that an upload is complete (chapter 8).
struct UploadCallbackCaller: Sendable {
  let profile: Profile
  let version: GoString
  /// Seconds the master has for its answer.
  let timeout: Int64
  /// Seconds the signature lives.
  let signatureTTL: Int64
  let caller: URLCaller

  func call(_ callback: UploadCallback, correlationID: CorrelationID) async -> UploadSessionMachine.CallOutcome {
    guard let key = callback.key else {
      return .failed(NodeError(.callbackFailed, "Node not found"), isAmbiguous: false)  // CB-4
    }
    let url: GoURL
    do throws(GoURLError) {
      url = try GoURL(callback.url)
    } catch {
      return .failed(Self.notSent("the callback is no URL"), isAmbiguous: false)
    }
    let sender = Caller.slave(nodeID: profile.callbackNamesNode ? callback.nodeID : nil)
    var headers = sender.headers(version: version, correlationID: correlationID)
    let signature = SignatureCheck(key: SigningKey(key), profile: profile).authorization(
      method: "POST", path: url.path, headers: headers, body: [],
      expires: caller.clock.now.unixSeconds &+ signatureTTL)  // SIGN-6
    headers.append(HeaderField(HeaderName.authorization, signature))
    let answer: URLCaller.Answer
    do throws(URLCaller.Failure) {
      answer = try await caller.send(
        NodeCall(method: "POST", url: url, headers: headers), timeout: .seconds(timeout))
    } catch {
      return .failed(Self.notSent(url.host + ": " + error.reason), isAmbiguous: error.mayHaveArrived)
    }
    return Self.outcome(of: answer)
  }

  /// What an answer of the master means (CB-4).
  private static func outcome(of answer: URLCaller.Answer) -> UploadSessionMachine.CallOutcome {
    let envelope: Envelope
    do throws(CallFailure) {
      envelope = try Envelope(reading: answer.body, requiresCode: false)
    } catch {
      let told = NodeError(
        .callbackFailed, "Slave cannot parse callback response from master (StatusCode=\(answer.status)).",
        cause: error.text)
      return .failed(told, isAmbiguous: true)
    }
    guard envelope.code != .success else { return .accepted }
    return .failed(CallFailure.refused(envelope).nodeError, isAmbiguous: false)
  }

  private static func notSent(_ cause: GoString) -> NodeError {
    NodeError(.callbackFailed, "Slave cannot send callback request", cause: cause)
  }
}
