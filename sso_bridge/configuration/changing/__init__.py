"""How a draft comes into force: what it would do, who must agree, and what is audited."""
