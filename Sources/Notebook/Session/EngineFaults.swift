import Datasets
import Graphs
import JSONText
import Language
import Networks
import Tensors
import VAEngine
import WorkspaceStore

extension Fault {
  /// An error of the engine as a fault, without a place.
  static func translated(_ error: any Error) -> Fault {
    switch error {
    case let fault as Fault: return fault
    case let error as AllocationError:
      return Fault(.outOfMemory, error.description, fix: "Drop variables that are not needed, or use fewer examples.")
    case let error as StoreError: return error.fault
    case let damage as Damage: return Fault(.notAWorkspace, "damaged: \(damage)")
    case let error as JSONError: return Fault(.notAWorkspace, "damaged: \(error.message)")
    case let error as FileError: return Fault(.unreadableFile, error.description, fix: error.fix)
    case let error as TransformError: return Fault(.shapeMismatch, error.description)
    case let error as ModelError: return translated(error)
    case let error as NonFiniteError: return Fault(.notFinite, error.description)
    case let error as ArchitectureError: return Fault(.badArchitecture, error.description)
    case let error as ShapeError: return Fault(.badArchitecture, "\(error)")
    default: return Fault(.internalError, "\(error)")
    }
  }

  /// The same of an error that a command ended with: what was given is called by its name.
  static func translated(_ error: any Error, of arguments: Arguments) -> Fault {
    var fault = translated(error)
    guard let error = error as? ModelError, case .dataShape(let given, let wanted) = error,
      let data = arguments.firstNamed(.dataset), let model = arguments.firstNamed(.model)
    else { return fault }
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

  private static func translated(_ error: ModelError) -> Fault {
    let text = error.description
    switch error {
    case .dataShape(_, let wanted):
      let fix = wanted.rank == 3 ? "Try: transform d resize=\(wanted[1])x\(wanted[2])" : nil
      return Fault(.shapeMismatch, text, fix: fix)
    case .latentShape: return Fault(.shapeMismatch, text, fix: "Latents come from: z = encode m d")
    case .decoderShape: return Fault(.badArchitecture, text)
    case .labelsNeeded, .tooManyClasses: return Fault(.noLabels, text)
    case .labelsAbsent: return Fault(.noLabels, text, fix: "Train on those with one: d[label=0..], or drop the others.")
    case .noExamples, .emptyExamples, .tooFewExamples: return Fault(.emptySelection, text)
    case .notAProbability: return Fault(.notSupported, text)
    case .latentSize, .sampleCount, .unknownClass: return Fault(.badOptionValue, text)
    case .notFiniteParameter: return Fault(.notFinite, text, fix: "Try: undo, or train a fresh model: train m seeds=1")
    case .oneRow: return Fault(.badOptionValue, text, fix: "Use batch=2 or more.")
    case .tooFewRows(_, let needed): return Fault(.badOptionValue, text, fix: "Use batch=\(needed) or more.")
    case .notFinite: return Fault(.unreadableFile, text)
    case .outsideSupport: return Fault(.shapeMismatch, text, fix: "Scale the data, or use likelihood=gaussian.")
    case .checkpoint: return Fault(.unreadableFile, text)
    }
  }
}
