import GoWire
import ReferenceNode

/// Paths are walked as the kernel of an operating system walks them: component by component, links followed.
extension MemoryTree {
  static let longestName = 255
  static let longestPath = 4_095
  private static let mostLinks = 40

  /// What becomes of the last component of a path.
  enum Last {
    /// A link there is followed.
    case followed
    /// A link there is taken for itself, unless a slash follows it.
    case notFollowed
    /// Only the name counts, for what makes, removes or renames it.
    case named
  }

  /// How a path ends.
  enum Ending: Hashable {
    case name(GoString)
    case dot
    case dotDot
    /// The path is the root of the tree, or of a confinement.
    case root
  }

  /// Where a path leads: the folder that holds the last name, and what stands there.
  struct Place {
    /// From the root down to the folder that holds the name, or to the folder itself when the path ends in no name.
    var folders: [MemoryNode]
    var ending: Ending
    var node: MemoryNode?
    var hasTrailingSlash: Bool

    var parent: MemoryNode { folders[folders.count - 1] }
    var name: GoString? { if case .name(let name) = ending { name } else { nil } }

    /// The last name and what stands there; nil when the path ends in no name. Fails for a name that no folder can hold.
    func named() throws(DiskError) -> (name: GoString, node: MemoryNode?)? {
      guard let name else { return nil }
      guard name.count <= MemoryTree.longestName else { throw .nameTooLong }
      return (name, node)
    }
  }

  /// Finds what an absolute path names.
  /// - Parameter confinement: the names of the folder that the walk has to stay beneath; links that lead out of it, and all absolute
  ///   ones, are refused.
  func place(_ path: GoString, _ last: Last, confinedTo confinement: [GoString]?) throws(DiskError) -> Place {
    guard path.count <= Self.longestPath else { throw .nameTooLong }
    var pending = Self.components(path)
    let hasTrailingSlash = path.bytes.last == UInt8(ascii: "/")
    var walked: [MemoryNode] = [root]
    var floor = 0
    if let confinement {
      guard pending.starts(with: confinement) else { throw .outsideRoot }
      // The root folder itself is the operator's: links on the way to it are followed.
      let base = try place(GoString(Self.joined(confinement)), .followed, confinedTo: nil)
      guard let node = base.node else { throw .notFound }
      walked = base.name == nil ? base.folders : base.folders + [node]
      floor = walked.count - 1
      pending.removeFirst(confinement.count)
    }
    pending.reverse()
    var ending = Ending.root
    var links = 0
    while let name = pending.popLast() {
      let folder = walked[walked.count - 1]
      guard let entries = folder.entries else { throw .notADirectory }
      if name == "." {
        ending = .dot
        continue
      }
      if name == ".." {
        ending = .dotDot
        if walked.count - 1 > floor {
          walked.removeLast()
        } else if confinement != nil {
          throw .outsideRoot
        }
        continue
      }
      ending = .name(name)
      // The last name is looked at by what uses it, when its turn comes.
      guard name.count <= Self.longestName || pending.isEmpty && last == .named else { throw .nameTooLong }
      guard folder.isReadable else { throw .denied }
      let found = entries[name]
      if pending.isEmpty, last == .named || !Self.isFollowed(found, last, hasTrailingSlash) {
        if last != .named, hasTrailingSlash, let found, !found.isFolder { throw .notADirectory }
        return Place(folders: walked, ending: ending, node: found, hasTrailingSlash: hasTrailingSlash)
      }
      guard let found else { throw .notFound }
      guard case .link(let target) = found.content else {
        walked.append(found)
        continue
      }
      links += 1
      guard links <= Self.mostLinks else { throw .tooManyLinks }
      if target.bytes.first == UInt8(ascii: "/") {
        guard confinement == nil else { throw .outsideRoot }
        walked = [root]
        ending = .root
      }
      pending += Self.components(target).reversed()
    }
    return Place(folders: walked, ending: ending, node: walked[walked.count - 1], hasTrailingSlash: hasTrailingSlash)
  }

  private static func isFollowed(_ node: MemoryNode?, _ last: Last, _ hasTrailingSlash: Bool) -> Bool {
    guard case .link? = node?.content else { return false }
    return last == .followed || hasTrailingSlash
  }
}
