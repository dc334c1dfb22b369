import Tensors

extension Emitter {
  func convolution(_ id: Int) throws -> [Step] { throw ProgramError.unsupported("convolution") }
}
