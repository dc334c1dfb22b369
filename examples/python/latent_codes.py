"""Latent codes in pandas and scikit-learn.

    pip install pandas scikit-learn; python latent_codes.py
"""

import elbo
import pandas
from sklearn.linear_model import LogisticRegression

with elbo.Session() as s:
    s.run("load digits as=d; model m mlp latent=8 seed=1 on=d; train m on=d epochs=5 seed=1;")
    z = pandas.DataFrame(s.get("encode m d.train"), columns=[f"z{i}" for i in range(8)])
    z["label"] = s.get("d.train.labels").astype(int)
    print(z.groupby("label").mean().round(2))
    test = s.get("encode m d.test")
    probe = LogisticRegression(max_iter=1000).fit(z.drop(columns="label").to_numpy(), z["label"])
    print("linear probe:", probe.score(test, s.get("d.test.labels").astype(int)))
