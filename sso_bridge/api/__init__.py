"""How machines are served: routes as a table, each with its permission, its models and its errors.

A route is data (`route.py`); `serve.py` turns routes into Flask views, `openapi.py` into the OpenAPI document. May
import `admin.tokens` and `store`; knows nothing about what the routes do. Bearer tokens only: no cookie is read here.
"""
