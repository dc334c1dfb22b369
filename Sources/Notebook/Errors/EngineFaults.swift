import Datasets
import Graphs
import Language
import Networks
import ProcessGroups
import SessionCore
import Tensors
import VAEngine

extension TransformError: FaultConvertible {
  package var fault: Fault { Fault(.shapeMismatch, description) }
}

extension NonFiniteError: FaultConvertible {
  package var fault: Fault { Fault(.notFinite, description) }
}

extension ArchitectureError: FaultConvertible {
  package var fault: Fault { Fault(.badArchitecture, description) }
}

extension ShapeError: FaultConvertible {
  package var fault: Fault { Fault(.badArchitecture, "\(self)") }
}

extension ProcessGroupError: FaultConvertible {
  package var fault: Fault { Fault(.ranks, description, fix: fix) }
}

extension CoupledRowsError: FaultConvertible {
  package var fault: Fault { Fault(.notSupported, description, fix: fix) }
}

extension ModelError: ArgumentFault {
  package var fault: Fault {
    let text = description
    switch self {
    case .dataShape(_, let wanted):
      let fix = wanted.rank == 3 ? "Try: transform d resize=\(wanted[1])x\(wanted[2])" : nil
      return Fault(.shapeMismatch, text, fix: fix)
    case .latentShape: return Fault(.shapeMismatch, text, fix: "Latents come from: z = encode m d")
    case .decoderShape: return Fault(.badArchitecture, text)
    case .labelsNeeded, .tooManyClasses: return Fault(.noLabels, text)
    case .labelsAbsent: return Fault(.noLabels, text, fix: "Train on those with one: d[label=0..], or drop the others.")
    case .noExamples, .emptyExamples, .tooFewExamples: return Fault(.emptySelection, text)
    case .fewerExamplesThanComponents(let count, _):
      return Fault(.badOptionValue, text, fix: "Use components=\(max(1, count)) or fewer.")
    case .onlyStandardPrior: return Fault(.notSupported, text, fix: "Use 'evaluate' without split=yes.")
    case .notAProbability: return Fault(.notSupported, text)
    case .latentSize, .sampleCount, .unknownClass: return Fault(.badOptionValue, text)
    case .notFiniteParameter: return Fault(.notFinite, text, fix: "Try: undo, or train a fresh model: train m seeds=1")
    case .oneRow: return Fault(.badOptionValue, text, fix: "Use batch=2 or more.")
    case .tooFewRows(_, let needed, let count):
      return Fault(
        .badOptionValue, text,
        fix: count < needed ? "Train on more examples, or choose 'vae' or 'ae'." : "Use batch=\(needed) or more.")
    case .notFinite: return Fault(.unreadableFile, text)
    case .notInColumn: return Fault(.shapeMismatch, text)
    case .outsideSupport(let value, _):
      let change =
        value < 0 ? "Shift and scale the data (scale=0.5 shift=0.5 brings [−1, 1] to [0, 1])" : "Scale the data"
      return Fault(.shapeMismatch, text, fix: "\(change), or use likelihood=gaussian.")
    case .notACount(let value, _, _):
      let fix =
        value < 0
        ? "Use likelihood=gaussian-learned or student-t for numbers below 0."
        : "Use likelihood=gaussian-learned, or counts as they were counted, without scaling."
      return Fault(.shapeMismatch, text, fix: fix)
    case .checkpoint: return Fault(.unreadableFile, text)
    }
  }

  package func fault(of arguments: Arguments) -> Fault? {
    guard case .dataShape(let given, let wanted) = self, let data = arguments.firstNamed(.dataset),
      let model = arguments.firstNamed(.model)
    else { return nil }
    var fault = self.fault
    let areImages = given.rank == 3 && wanted.rank == 3 && given[0] == wanted[0]
    func text(_ shape: Shape) -> String { areImages ? "\(shape[1])×\(shape[2])" : shape.description }
    let held = areImages ? "\(text(given)) images" : given.rank == 1 ? "rows of \(given[0])" : "examples of \(given)"
    fault.message = "\(data.raw) contains \(held), \(model.raw) expects \(text(wanted))"
    fault.fix =
      areImages
      ? "Try: transform \(data.raw) resize=\(wanted[1])x\(wanted[2])"
      : "Or create a model for them: model NAME mlp on=\(data.raw)"
    return fault.placed(at: data.span)
  }
}
