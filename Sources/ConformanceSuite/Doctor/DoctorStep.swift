/// What a node test goes through, in its order.
public enum DoctorStep: String, Hashable, Sendable, CaseIterable {
  case url = "URL"
  case name
  case connect
  case tls = "TLS"
  case http = "HTTP"
  case route
  case signature
  case clock = "clock difference"
  case version
  case pingBack = "ping-back"

  /// How a step went.
  public enum State: String, Hashable, Sendable {
    case ok
    case failed
    case notTried = "not tried"
  }
}
