"""Authlib's Flask client as its manual shows it, with PKCE: signs in, verifies the ID token, keeps a cookie.

ISSUER, CLIENT and SECRET come from the environment.
"""

from __future__ import annotations

import os

from authlib.integrations.flask_client import OAuth
from flask import Flask, redirect, session, url_for
from werkzeug.wrappers import Response

app = Flask(__name__)
app.secret_key = "a key for the cookies of the benchmark"
oauth = OAuth(app)
oauth.register(
    "op",
    client_id=os.environ["CLIENT"],
    client_secret=os.environ["SECRET"],
    server_metadata_url=f"{os.environ['ISSUER']}/.well-known/openid-configuration",
    client_kwargs={
        "scope": "openid profile email",
        "code_challenge_method": "S256",
        "token_endpoint_auth_method": "client_secret_post",
    },
)


@app.get("/login")
def login() -> Response:
    """Send the browser to the provider."""
    return oauth.op.authorize_redirect(url_for("callback", _external=True))


@app.get("/callback")
def callback() -> Response:
    """Trade the code and remember who it is."""
    session["sub"] = oauth.op.authorize_access_token()["userinfo"]["sub"]
    return redirect("/")
