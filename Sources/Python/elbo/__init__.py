"""elbo from Python: a session of the program, arrays in and out, figures, and errors as exceptions.

    import elbo

    with elbo.Session() as s:
        s.put("x", images)
        s.run("model m conv latent=8 on=x")
        s.run("train m on=x epochs=5")
        z = s.get("encode m x")
"""

from .errors import ElboError, ElboInterrupted
from .results import Figure, Result
from .session import Session, program

__all__ = ["ElboError", "ElboInterrupted", "Figure", "Result", "Session", "program"]
__version__ = "0.1.0"
