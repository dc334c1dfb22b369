"""A sweep without seed= takes its seeds from the session, whatever was drawn before."""

import os
import subprocess

ELBO = os.environ["ELBO"]


def test_every_draw_of_the_session_is_a_seed_of_a_sweep():
    lines = "load digits as=all; d = all.train[0..99]; model m mlp latent=2 hidden=4 on=d; "
    for draws in range(3):
        script = lines + "z = normal(3); " * draws + "s = sweep m on=d beta=1,2 epochs=1 validate=0.2; show s"
        result = subprocess.run([ELBO, "-c", script], capture_output=True, text=True)
        assert result.returncode == 0 and "failed" not in result.stdout + result.stderr, result.stdout + result.stderr
