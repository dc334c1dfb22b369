import Notebook
import SessionCore
import Testing

/// What Shift-Tab and F1 say of every place a cursor can be on.
@Suite struct InspectionTests {
  private func bench() throws -> Bench {
    var options = SessionOptions()
    options.isInteractive = true
    let bench = try Bench(options)
    _ = bench.run("a = 41\nd = dataset normal(20, 3, seed=1)\nmodel m mlp latent=2 on=d\na + 1")
    return bench
  }

  /// `|` is the cursor.
  @Test(arguments: [
    // A function whose arguments are typed, how far they may be.
    ("mean(|", "mean("), ("mean( |", "mean("), ("b = 2 * mean(a + (1 - |", "mean("), ("slerp(a, |", "slerp("),
    ("mean(a, axis=|", "mean("), ("mea|n(a)", "mean("), ("mean(a, ax|is=0)", "mean("),
    ("train m epochs=(mean(|", "mean("),
    // Values.
    ("a|", "41"), ("1 + a|", "41"), ("mean(a|", "41"), ("train m epochs=a|", "41"), ("_|", "42"), ("_1|", "42"),
    // Attributes, of attributes too, and all of them.
    ("d.co|unt", "20"), ("d.hash|", "sha256"), ("m.lat|ent", "2"), ("m.loss|", "m is not trained"),
    ("m.k|l", "train m on=d"),
    ("m.|", "attributes of m"), ("d.shape.|", "attributes of d.shape"), ("d.shape.cou|nt", "1"),
    // Commands, options, what their words mean.
    ("trai|n m", "train: "), ("train m |", "train: "), ("trai|", "train: "), ("train m epo|chs=3", "epochs="),
    ("train m optimizer=|", "optimizer="), ("train m optimizer=ad|am", "adam"), ("set m be|ta=2", "beta"),
    ("plot lo|ss m", "training by epoch"), ("model n co|nv latent=2", "conv"), ("load dig|its", "digits"),
    ("set plot th|eme=dark", "theme"), ("plot loss m > |", "results"),
    // Between brackets.
    ("d[|", "examples"), ("d[0..|", "examples"),
    // Constants, codes, terms.
    ("x = p|i", "pi: 3.14159"), ("x = Non|e", "None: "), ("E10|4", "E104"), ("el|bo", "ELBO"),
    ("!ls |", "/bin/sh"), ("float(|", "float: "),
  ]) func everythingIsExplained(place: String, wanted: String) throws {
    let cursor = try #require(place.firstIndex(of: "|"))
    let position = place[..<cursor].unicodeScalars.count
    let source = place.replacing("|", with: "")
    let text = try #require(try bench().session.inspect(source, cursor: position)?.text, "\(place)")
    #expect(text.contains(wanted), "\(place): \(text)")
    #expect(!text.isEmpty)
  }

  @Test(arguments: ["qqqq|", "a.nope|", "# a comm|ent", "nope.|"]) func whatIsNothingKnownIsNotFound(place: String)
    throws
  {
    let cursor = try #require(place.firstIndex(of: "|"))
    let source = place.replacing("|", with: "")
    #expect(try bench().session.inspect(source, cursor: place[..<cursor].unicodeScalars.count) == nil)
  }
}
