"""Files as people have them: read as what they are, which is said, or refused with what to do. Never as something else."""

import json

import pytest

from test_batch import run


def loaded(tmp_path, name, content, options=""):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return run("-c", f"load {path} {options} as=d", "-c", "d.count", "-c", "d.shape")


READ = [
    ("b.amat", "1 0 1\n0 1 1\n1 1 0\n", "", "[3, 3]", "separated by blanks"),
    ("e.csv", "x;y\n0,13;-0,13\n1,5;2,5\n", "", "[2, 2]", "decimal comma"),
    ("e2.csv", "0,13;-0,13\n1,5;2,5\n", "", "[2, 2]", "decimal comma"),
    ("t.csv", 'x,y\n"1,234",0.5\n"12,345.5",1.5\n', "", "[2, 2]", "thousands comma"),
    ("p.csv", "x,y\n12%,0.5\n7.5%,1.5\n", "", "[2, 2]", "percent"),
    ("c.csv", "x,y\n$1,5\n$2.5,6\n", "", "[2, 2]", "amounts in $"),
    ("h.csv", "x,y\n0x1F,5\n0x20,6\n", "", "[2, 2]", "hexadecimal"),
    ("s.csv", "sep=;\nx;y\n1,5;2\n2,5;3\n", "", "[2, 2]", "as the first line says"),
    ("w.csv", "0,1\n0.5,0.25\n0.75,0.5\n", "", "[2, 2]", "the first row names the columns"),
    ("u.csv", "Unnamed: 0,a,b\n0,1,2\n1,3,4\n", "", "[2, 2]", "counts the rows: left out"),
    ("d.csv", "date,v\n2012-01-01,1\n2012-01-02,2\n", "", "[2, 2]", "days since 1970-01-01"),
    ("d2.csv", "date,v\n" + "".join(f"2012-01-{i + 1:02},{i}\n" for i in range(31)), "without=date", "[31, 1]", "1 number"),
    ("u16.csv", "a,b\n1,2\n3,4\n".encode("utf-16"), "", "[2, 2]", "UTF-16"),
    ("g.pgm", b"P5\n3 2\n255\n\0\1\2\3\4\5", "", "[1, 1, 2, 3]", None),
    ("i.csv", "id,v\n16777217,1\n16777218,2\n", "index=no", "[2, 2]", None),
]


@pytest.mark.parametrize("name, content, options, shape, said", READ, ids=[row[0] for row in READ])
def test_what_is_read_is_said(tmp_path, name, content, options, shape, said):
    result = loaded(tmp_path, name, content, options)
    assert result.returncode == 0, result.stderr
    count, *example = json.loads(shape)
    assert {str(count), str(example)} <= set(result.stdout.splitlines())
    assert said is None or said in " ".join((result.stdout + result.stderr).split())


REFUSED = [
    ("unknown.csv", "x,y\nunknown,5\n1,6\n2,7\n3,8\n", "'unknown' is not a number", "without=x"),
    ("three.csv", "x;y\n1,234;7\n5,678;8\n", "'1,234'", "decimal=comma or thousands=comma"),
    ("date.csv", "date,v\n03/04/2012,1\n05/06/2012,2\n", "'03/04/2012'", "types=date:dmy"),
    ("names.csv", "name,v\n" + "".join(f"n{i},{i}\n" for i in range(30)), "'n0' is one of 30 different texts", "without=name"),
    ("id.csv", "id,v\n9007199254740993,1\n1,2\n", "9007199254740993", "without=id"),
    ("x.gz", "<!DOCTYPE html>\n<html><body>404</body></html>\n", "a web page", "Download"),
    ("x.npy", "version https://git-lfs.github.com/spec/v1\noid sha256:aa\nsize 12\n", "Git LFS", "git lfs pull"),
    ("x.json", '{"a": [1, 2], "b": [3, 4]}\n', "a JSON file", "read_json"),
    ("x.svm", "1 1:0.5 3:0.2\n-1 2:1\n", "libsvm", "load_svmlight_file"),
    ("x.arff", "% c\n@relation x\n@attribute a numeric\n@data\n1\n", "ARFF", "loadarff"),
    ("x.mtx", "%%MatrixMarket matrix coordinate real general\n3 3 1\n1 1 5.0\n", "MatrixMarket", "mmread"),
    ("x.pdf", "%PDF-1.4\n1 0 obj\n", "a PDF", "CSV"),
    ("x.parquet", b"PAR1\x15\x04\x15\x00\0\0\0", "a Parquet file", "read_parquet"),
    ("x.feather", b"ARROW1\0\0\xff\xff\xff\xff", "an Arrow file", "read_feather"),
    ("x.mat", b"MATLAB 5.0 MAT-file, Platform: GLNXA64" + b" " * 90, "before version 7.3", "loadmat"),
    ("x.wav", b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0", "a WAV sound", "wavfile"),
    ("x.pkl", b"\x80\x04\x95\x10\0\0\0\0\0\0\0", "pickle", "pickle.load"),
]


@pytest.mark.parametrize("name, content, reason, fix", REFUSED, ids=[row[0] for row in REFUSED])
def test_what_is_refused_says_what_to_do(tmp_path, name, content, reason, fix):
    result = loaded(tmp_path, name, content)
    said = " ".join(result.stderr.split())
    assert result.returncode == 1
    assert reason in said and fix in said
