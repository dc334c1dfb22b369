import Tensors

/// Gives convolutions channels-last images `[B, H, W, C]`, and keeps that layout through the elementwise ops between
/// them, so that it is left only where something needs the logical order.
///
/// Each node keeps up to two forms, logical and channels-last, made when first asked for.
struct ChannelsLast {
  /// Whether the layout outlives a convolution.
  let isKept: Bool
  private static let toLast = [0, 2, 3, 1]
  private static let toFirst = [0, 3, 1, 2]
  private let simplification = Simplification()

  private struct Forms {
    var logical: Int?
    var channelsLast: Int?
  }

  func run(_ source: IR) -> IR {
    var ir = IR(sharesEqualNodes: source.sharesEqualNodes)
    var forms = [Forms](repeating: Forms(), count: source.nodes.count)
    let needed = source.isNeeded()

    func logical(_ id: Int) -> Int {
      if let form = forms[id].logical { return form }
      guard let channelsLast = forms[id].channelsLast else {
        preconditionFailure("ChannelsLast: node \(id) has no form")
      }
      let form = simplification.simplified(.transpose(Self.toFirst), [channelsLast], source[id].shape, &ir)
      forms[id].logical = form
      return form
    }

    func channelsLast(_ id: Int) -> Int {
      if let form = forms[id].channelsLast { return form }
      let shape = Self.channelsLast(source[id].shape)
      let form: Int
      switch source[id].op {
      case .op(.broadcast):
        form = simplification.simplified(.broadcast, [channelsLast(source[id].inputs[0])], shape, &ir)
      case .op(.constant(let value)): form = ir.append(.constant(value), [], shape)
      default: form = simplification.simplified(.transpose(Self.toLast), [logical(id)], shape, &ir)
      }
      forms[id].channelsLast = form
      return form
    }

    func materializeLogical(_ id: Int) {
      _ = logical(id)
      forms[id].channelsLast = nil
    }

    for (id, node) in source.nodes.enumerated() where needed[id] {
      switch node.op {
      case .op(.conv(let g)):
        forms[id].channelsLast = ir.append(
          .channelsLast(.conv(g)), [channelsLast(node.inputs[0]), logical(node.inputs[1])],
          Self.channelsLast(node.shape))
        if !isKept { materializeLogical(id) }
      case .op(.convInput(let g)):
        forms[id].channelsLast = ir.append(
          .channelsLast(.convInput(g)), [channelsLast(node.inputs[0]), logical(node.inputs[1])],
          Self.channelsLast(node.shape))
        if !isKept { materializeLogical(id) }
      case .op(.convWeight(let g)):
        forms[id].logical = ir.append(
          .channelsLast(.convWeight(g)), [channelsLast(node.inputs[0]), channelsLast(node.inputs[1])], node.shape)
      case .op(.unary), .op(.binary), .op(.select):
        if node.shape.rank == 4,
          node.inputs.contains(where: { forms[$0].channelsLast != nil && forms[$0].logical == nil })
        {
          forms[id].channelsLast = ir.append(node.op, node.inputs.map(channelsLast), Self.channelsLast(node.shape))
        } else {
          forms[id].logical = ir.append(node.op, node.inputs.map(logical), node.shape)
        }
      case .op(.reduce(let reduction, let axes)):
        let input = node.inputs[0]
        if forms[input].logical == nil, forms[input].channelsLast != nil {
          let moved = axes.map { Self.toFirst[$0] }.sorted()
          forms[id].channelsLast = ir.append(
            .reduce(reduction, axes: moved), [channelsLast(input)], Self.channelsLast(node.shape))
        } else {
          forms[id].logical = ir.append(node.op, [logical(input)], node.shape)
        }
      default:
        forms[id].logical = ir.append(node.op, node.inputs.map(logical), node.shape)
      }
    }
    ir.roots = source.roots.map(logical)
    return ir.pruned()
  }

  /// `[B, C, H, W]` → `[B, H, W, C]`.
  private static func channelsLast(_ shape: Shape) -> Shape { Shape(toLast.map { shape[$0] }) }
}
