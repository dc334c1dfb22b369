"""Optuna drives `train` through the client: its own search and pruning over a session of elbo.

    pip install optuna; python optuna_search.py
"""

import elbo
import optuna


def objective(trial: optuna.Trial) -> float:
    latent = trial.suggest_int("latent", 2, 32, log=True)
    lr = trial.suggest_float("lr", 1e-4, 1e-2, log=True)
    session.run("model m mlp hidden=200 latent={latent} on=e seed=1", latent=latent)
    for epoch in range(1, 6):
        session.run("train m on=e epochs={epoch} lr={lr} validate=0.2 seed=1;", epoch=epoch, lr=lr)
        loss = session.records("m.history")[-1]["validation"]
        trial.report(loss, epoch)
        if trial.should_prune():
            raise optuna.TrialPruned()
    return loss


with elbo.Session() as session:
    session.run("load digits as=d; e = d.train[0..1999]")
    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=1), pruner=optuna.pruners.MedianPruner())
    study.optimize(objective, n_trials=12)
    print(study.best_params, study.best_value)
