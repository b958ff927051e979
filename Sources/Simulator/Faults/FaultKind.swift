/// The fault vocabulary (scenarios.md 2.1–2.4), by its ids.
public enum FaultKind: String, CaseIterable, Hashable, Sendable {
  // On a link.
  case refuse = "FLT-REFUSE"
  case synDrop = "FLT-SYNDROP"
  case noName = "FLT-NONAME"
  case scheme = "FLT-SCHEME"
  case reset = "FLT-RESET"
  case close = "FLT-CLOSE"
  case stall = "FLT-STALL"
  case throttle = "FLT-THROTTLE"
  case delay = "FLT-DELAY"
  case halfOpen = "FLT-HALFOPEN"
  case oneWay = "FLT-ONEWAY"
  case partition = "FLT-PARTITION"
  case hold = "FLT-HOLD"
  case reorder = "FLT-REORDER"
  // In the middle, and peers that lie.
  case page = "FLT-PAGE"
  case lostReply = "FLT-LOSTREPLY"
  case duplicate = "FLT-DUP"
  case noQuery = "FLT-NOQUERY"
  case header = "FLT-HEADER"
  case repath = "FLT-REPATH"
  case bodyCut = "FLT-BODYCUT"
  case bodyMax = "FLT-BODYMAX"
  case unlength = "FLT-UNLENGTH"
  case redirect = "FLT-REDIRECT"
  case cache = "FLT-CACHE"
  case flip = "FLT-FLIP"
  case badReply = "FLT-BADREPLY"
  case endless = "FLT-ENDLESS"
  case fuzz = "FLT-FUZZ"
  case daemon = "FLT-DAEMON"
  // On a node's disk.
  case full = "FLT-FULL"
  case inputOutput = "FLT-EIO"
  case deny = "FLT-DENY"
  case torn = "FLT-TORN"
  case noSync = "FLT-NOSYNC"
  case slowDisk = "FLT-SLOWDISK"
  case rot = "FLT-ROT"
  case vanish = "FLT-VANISH"
  // On a node's process and clock.
  case kill = "FLT-KILL"
  case power = "FLT-POWER"
  case term = "FLT-TERM"
  case restart = "FLT-RESTART"
  case pause = "FLT-PAUSE"
  case noFiles = "FLT-NOFILES"
  case offset = "FLT-OFFSET"
  case jump = "FLT-JUMP"
  case drift = "FLT-DRIFT"

  /// What a fault of this kind sits on.
  public enum Place: Hashable, Sendable {
    case link
    case disk
    case process
    case clock
  }

  public var place: Place {
    switch self {
    case .refuse, .synDrop, .noName, .scheme, .reset, .close, .stall, .throttle, .delay, .halfOpen, .oneWay, .partition,
      .hold, .reorder, .page, .lostReply, .duplicate, .noQuery, .header, .repath, .bodyCut, .bodyMax, .unlength,
      .redirect, .cache, .flip, .badReply, .endless, .fuzz, .daemon:
      .link
    case .full, .inputOutput, .deny, .torn, .noSync, .slowDisk, .rot, .vanish: .disk
    case .kill, .power, .term, .restart, .pause, .noFiles: .process
    case .offset, .jump, .drift: .clock
    }
  }
}
