"""What each message holds, how often it comes, and what must not come at all."""

import pytest

from lines import Lines, kinds, only, reply


@pytest.fixture
def kernel():
    kernel = Lines()
    yield kernel
    if kernel.process.poll() is None:
        assert kernel.close() == 0
    assert not kernel.stray


def ask(kernel, kind, content):
    return only(kernel.until_idle(kernel.send(kind + "_request", content)), kind + "_reply")[0]["content"]


def history(kernel, **options):
    return ask(kernel, "history", options)["history"]


def test_one_number_for_all_of_a_cell(kernel):
    for number in [1, 2, 3]:
        messages = kernel.run(f"{number} * 10")
        for kind in ["execute_input", "execute_result", "execute_reply"]:
            found = only(messages, kind)
            assert len(found) == 1 and found[0]["content"]["execution_count"] == number, kind
        assert only(messages, "execute_input")[0]["content"]["code"] == f"{number} * 10"
    # A failure has its number too, and the next cell the next.
    messages = kernel.run("nonsense")
    assert reply(messages)["execution_count"] == 4 and not only(messages, "execute_result")
    assert reply(kernel.run("1"))["execution_count"] == 5


def test_an_empty_cell_and_a_blank_one_show_nothing(kernel):
    for code in ["", "  \n", "# comment"]:
        messages = kernel.run(code)
        assert kinds(messages) == ["busy", "execute_input", "execute_reply", "idle"] and reply(messages)["status"] == "ok"


def test_statements_are_displays_and_the_last_value_is_the_result(kernel):
    messages = kernel.run("a = 1\nb = 2\na + b")
    assert kinds(messages)[1:-1] == ["execute_input", "display_data", "display_data", "execute_result", "execute_reply"]
    shown = [m["content"]["data"]["text/plain"] for m in messages if "data" in m["content"]]
    assert shown == ["a = 1", "b = 2", "3"]
    # What is silenced is not shown.
    assert kinds(kernel.run("a = 1; b = 2; a + b;")) == ["busy", "execute_input", "execute_reply", "idle"]
    # What was shown before a failure stays; nothing of what comes after it.
    messages = kernel.run("a = 7\nnosuch\nb = 8")
    assert [m["content"]["data"]["text/plain"] for m in only(messages, "display_data")] == ["a = 7"]
    assert kinds(messages)[-3:] == ["error", "execute_reply", "idle"]
    assert only(kernel.run("a + b"), "execute_result")[0]["content"]["data"]["text/plain"] == "9"


def test_an_error_says_the_same_in_both_its_messages_and_no_more(kernel):
    messages = kernel.run("1 + nosuch", user_expressions={"a": "1"})
    assert len(only(messages, "error")) == 1 and len(only(messages, "execute_reply")) == 1
    error, answer = only(messages, "error")[0]["content"], reply(messages)
    assert error["ename"] == answer["ename"] == "E104"
    assert error["evalue"] == answer["evalue"] and error["traceback"] == answer["traceback"]
    # Expressions are evaluated after success alone.
    assert answer["user_expressions"] == {} and answer["payload"] == []


def test_silence_is_complete(kernel):
    kernel.run("x = 1")
    for code in ["x = 2", "x", "nonsense", "z = zeros(2, 2)"]:
        messages = kernel.run(code, silent=True, stop_on_error=False)
        assert kinds(messages) == ["busy", "execute_reply", "idle"], code
        assert reply(messages)["status"] == ("error" if code == "nonsense" else "ok")
    assert only(kernel.run("x"), "execute_result")[0]["content"]["data"]["text/plain"] == "2"
    assert [entry[2] for entry in history(kernel, hist_access_type="tail", n=9)] == ["x = 1", "x"]


def test_a_cell_that_is_not_kept_is_shown_and_not_counted(kernel):
    kernel.run("10")
    messages = kernel.run("20", store_history=False)
    assert only(messages, "execute_result") and reply(messages)["execution_count"] == 1
    assert reply(kernel.run("30"))["execution_count"] == 2
    assert [entry[2] for entry in history(kernel, hist_access_type="tail", n=9)] == ["10", "30"]


def test_user_expressions_change_nothing(kernel):
    kernel.run("5")
    found = reply(kernel.run("6", user_expressions={"a": "_ * 2", "b": "normal(1)", "c": 3}))["user_expressions"]
    assert list(found) == ["a", "b", "c"]
    assert found["a"]["status"] == "ok" and found["a"]["data"]["text/plain"] == "12"
    assert found["c"]["status"] == "error" and "data" not in found["c"]
    assert only(kernel.run("_"), "execute_result")[0]["content"]["data"]["text/plain"] == "6"
    # The draw of the expression did not count.
    first = only(kernel.run("normal(3)"), "execute_result")[0]["content"]["data"]["text/plain"]
    fresh = Lines()
    assert only(fresh.run("normal(3)"), "execute_result")[0]["content"]["data"]["text/plain"] == first
    assert fresh.close() == 0


def test_history_is_in_order_however_it_is_asked_for(kernel):
    for code in ["a1 = 1", "b1 = 2", "a1 = 1", "nonsense", "a2 = 4"]:
        kernel.run(code, stop_on_error=False)
    assert [e[1:] for e in history(kernel, hist_access_type="tail", n=3)] == [
        [3, "a1 = 1"], [4, "nonsense"], [5, "a2 = 4"]]
    assert [e[1] for e in history(kernel, hist_access_type="tail", n=99)] == [1, 2, 3, 4, 5]
    assert history(kernel, hist_access_type="tail", n=0) == []
    assert [e[1] for e in history(kernel, hist_access_type="range", session=0, start=2, stop=4)] == [2, 3]
    assert [e[1] for e in history(kernel, hist_access_type="range", session=0, start=4)] == [4, 5]
    assert [e[1] for e in history(kernel, hist_access_type="search", pattern="a*")] == [1, 3, 5]
    assert [e[1] for e in history(kernel, hist_access_type="search", pattern="a*", n=2)] == [3, 5]
    assert [e[1] for e in history(kernel, hist_access_type="search", pattern="a*", unique=True)] == [3, 5]
    assert [e[1] for e in history(kernel, hist_access_type="search", pattern="?2 = *")] == [5]
    assert history(kernel, hist_access_type="search", pattern="zz*") == []
    with_outputs = history(kernel, hist_access_type="tail", n=2, output=True)
    assert with_outputs[1][2] == ["a2 = 4", "a2 = 4"] and with_outputs[0][2][0] == "nonsense"


def test_completion_is_of_what_stands_before_the_cursor(kernel):
    kernel.run("velocity = [1, 2, 3]")
    for code, cursor, matches, begin in [
        ('"é😀"; mean(velo) + 1', len('"é😀"; mean(velo'), ["velocity"], len('"é😀"; mean(')),
        ("velo", 4, ["velocity"], 0),
        ("train m epochs=1 epo", 20, [], 17),
    ]:
        content = ask(kernel, "complete", {"code": code, "cursor_pos": cursor})
        assert content["matches"] == matches, code
        assert (content["cursor_start"], content["cursor_end"]) == (begin, cursor), code
        types = content["metadata"]["_jupyter_types_experimental"]
        assert [t["text"] for t in types] == matches
        assert all((t["start"], t["end"]) == (begin, cursor) for t in types)
    for code in ["", "tr", "train m ", "mean("]:
        matches = ask(kernel, "complete", {"code": code, "cursor_pos": len(code)})["matches"]
        assert len(matches) == len(set(matches))


def test_what_is_unknown_is_not_found(kernel):
    found = ask(kernel, "inspect", {"code": "nosuchword", "cursor_pos": 4})
    assert found["status"] == "ok" and found["found"] is False and found["data"] == {}
    found = ask(kernel, "inspect", {"code": "é; train", "cursor_pos": 8})
    assert found["found"] is True and "train" in found["data"]["text/plain"]


@pytest.mark.parametrize(
    "code, status", [("1 + 1", "complete"), ("(1 +", "incomplete"), ("1 + )", "invalid"), ("!ls (", "complete"),
                     ("\"é", "incomplete"), ("", "complete"), ("1 |", "incomplete"), ("a = (1\n)", "complete")])
def test_completeness(kernel, code, status):
    content = ask(kernel, "is_complete", {"code": code})
    assert content["status"] == status and ("indent" in content) == (status == "incomplete")


def test_help_is_a_page_and_no_result(kernel):
    messages = kernel.run("?train")
    assert kinds(messages) == ["busy", "execute_input", "execute_reply", "idle"]
    page, = reply(messages)["payload"]
    assert page["source"] == "page" and "train" in page["data"]["text/plain"]


def test_every_message_is_about_its_request(kernel):
    first, second = kernel.execute("1"), kernel.execute("2")
    messages = kernel.until_idle(first)
    assert {m["parent_header"]["msg_id"] for m in messages} == {first}
    assert [m["header"]["msg_type"] for m in messages].count("status") == 2
    assert len({m["header"]["msg_id"] for m in messages}) == len(messages)
    assert only(kernel.until_idle(second), "execute_result")[0]["content"]["data"]["text/plain"] == "2"
