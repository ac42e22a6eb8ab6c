"""When a snapshot of an HR source is believed."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StrictBool, StrictInt

from sso_bridge.configuration.document.fields import Part, Percent


class Complete(Part):
    """When a snapshot of this source is believed."""

    min_percent: Percent = 95.0
    shrink_percent: Percent = 5.0
    wrong_percent: Percent = 5.0
    strikes: Annotated[StrictInt, Field(ge=1, le=30)] = 2
    trailer: StrictBool = False
