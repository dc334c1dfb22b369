"""The Jupyter project's own kernel tests, every attribute set: nothing is skipped."""

import pytest
import jupyter_kernel_test as jkt


class TestElbo(jkt.KernelTests):
    kernel_name = "elbo"
    language_name = "elbo"
    file_extension = ".elbo"
    code_hello_world = "!echo hello, world"
    code_stderr = "!echo oops >&2"
    completion_samples = [
        {"text": "hist", "matches": ["history"]},
        {"text": "histo", "matches": ["history"]},
        {"text": "nothing_begins_so", "matches": []},
    ]
    complete_code_samples = ["1 + 2", "x = 3", "vars\nvars", "!ls", ""]
    incomplete_code_samples = ["mean((1 + 2", 'show "abc', "show \\"]
    invalid_code_samples = ["x = = 3", "1 +* 2)"]
    code_page_something = "?history"
    code_generate_error = "trian m"
    code_execute_result = [
        {"code": "6*7", "result": "42"},
        {"code": "2 + 3", "result": "5"},
        {"code": "6*7", "result": "42"},
    ]
    code_display_data = [{"code": "1 + 1\n2 + 2", "mime": "text/plain"}]
    code_history_pattern = "6?7"
    supported_history_operations = ("tail", "range", "search")
    code_inspect_sample = "history"
    code_clear_output = "clear"


class TestWelcome(jkt.IopubWelcomeTests):
    kernel_name = "elbo"
    support_iopub_welcome = True
