import GoWire
import ReferenceNode

/// INV-4: below the temp folder of workflows there is nothing when all is quiet.
struct EmptyTemp: Checker {
  let invariant = "INV-4"

  mutating func judge(_ moment: JudgedMoment, in scene: any CheckedScene) -> [String] {
    scene.slaves.compactMap { node in
      let left = scene.disk(of: node).peekTree("data/temp/fm_workflows")
      return left.isEmpty ? nil : "\(node) keeps \(left.count) entries in its temp folder, such as \(left[0])"
    }
  }
}
