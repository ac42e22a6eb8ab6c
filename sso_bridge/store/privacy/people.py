"""What the tables of people, sign-ins and platforms hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sso_bridge.store.privacy.holding import Holding, words

PEOPLE: Final[Mapping[str, Holding]] = {
    "person": Holding(
        "the person as HR states her; after an erasure the tombstone", words("id"), words("key facts origin"),
        nothing=words("uuid source digest strikes gone_on next_change changed_at"), end="kept",
    ),
    "person_statement": Holding(
        "what one HR source states, where several know the person", words("person_id"),
        words("facts gone_on made made_gone_on"), people=words("part_of"),
        nothing=words("digest made_digest waits"), end="deleted",
    ),
    "reporting": Holding("whom HR names as her manager", words("person_id"), told=words("manager"), end="deleted"),
    "correlated": Holding("when her row was compared with others", words("person_id"), nothing=words("digest"),
                          end="deleted"),
    "correlation_key": Holding("digests by which rows of one person are found", words("person_id"),
                               words("block key"), end="deleted"),
    "precedence": Holding("in which order HR sources speak", nothing=words("id stated")),
    "correlation_look": Holding("when rows were compared", nothing=words("id rules blocks at")),
    "correlation_pair": Holding(
        "two rows, or a row and an account, that may be one person, and who decided so",
        told=words("key number proposed_by decided_by why moved"),
        nothing=words("id kind where source score strong rules state first_at last_at decided_at"),
    ),
    "scim_user": Holding(
        "the person as another system pushed her", words("id"),
        words("user_name external_id display_name mail resource"),
        nothing=words("uuid source active revision created_at modified_at"), end="deleted",
    ),
    "scim_mail": Holding("mail addresses that another system pushed", words("user_id"), words("mail"), end="deleted"),
    "scim_member": Holding("groups that another system has the person in", words("user_id"),
                           nothing=words("group_id"), end="deleted"),
    "scim_subgroup": Holding("groups in groups that another system pushed", nothing=words("group_id member_id")),
    "scim_stranger": Holding("whom another system has in a group and nobody knows", told=words("value"),
                             nothing=words("group_id")),
    "scim_group": Holding("groups that another system pushed", told=words("name external_id resource"),
                          nothing=words("id uuid source revision created_at modified_at")),
    "unit": Holding("units of the organisation", told=words("key facts"),
                    nothing=words("id source valid_from digest strikes origin")),
    "organisation": Holding("the version of the organisation", nothing=words("id version")),
    "oddity": Holding("what is odd about the organisation", told=words("who detail"), nothing=words("id what"),
                      end="emptied"),
    "oddity_look": Holding("when that was looked at", nothing=words("id organisation on at"), end="emptied"),
    "tombstone": Holding(
        "that a person was erased: when, by whom, why", nothing=words("person_id uuid erased_at erased_by why"),
    ),
    "erased_name": Holding("keyed digests of user names that are not given again", nothing=words("digest")),
    "erasure": Holding("erasures that somebody proposed", people=words("person_id"), told=words("why"),
                       nothing=words("id made_by made_at until forced done_by done_at")),
    "link": Holding("by which name each workplace knows the person", words("person_id"), words("subject_key"),
                    nothing=words("id workplace made_by made_at"), end="deleted"),
    "link_conflict": Holding(
        "doubts about who somebody is who signed in", people=words("people proposed_person"),
        told=words("subject_key subject claim why proposed_by decided_by"),
        nothing=words("id workplace by state first_at last_at times reference decided_at"),
    ),
    "bridge_session": Holding(
        "sessions of the person", words("person_id"),
        words("subject address user_agent upstream authenticated_at began_at seen_at ends_at ended_at ended_why"),
        nothing=words("id cookie_hash name method assurance first dated upstream_hash"), end="deleted",
    ),
    "session_use": Holding("which platforms a session signed in to", about=words("subject"),
                           nothing=words("session_id platform protocol first_at last_at")),
    "sign_in_attempt": Holding(
        "sign-ins under way, for ten minutes", told=words("asked way hop reference"),
        nothing=words("id_hash secret_hash began_at ends_at used_at hop_id hops"),
    ),
    "sign_in_trace": Holding(
        "sign-ins step by step", words("person_id"), words("reference address steps began_at platform workplace"),
        nothing=words("ended_at protocol outcome reason prompted"), end="deleted",
    ),
    "throttle_bucket": Holding("how often somebody may try, for minutes; digests",
                               nothing=words("key_hash tokens filled_at full_at")),
    "openid_grant": Holding(
        "what platforms were told by OpenID Connect", words("person_id"),
        words("subject scopes claims asked_claims authenticated_at platform"),
        nothing=words("id client_id session_id redirect_uri code_challenge nonce method assurance code_hash "
                      "code_ends_at code_used_at ends_at revoked_at"), end="deleted",
    ),
    "openid_token": Holding("digests of tokens that hang on that",
                            nothing=words("hash kind grant_id scopes issued_at ends_at used_at revoked_at")),
    "second_factor": Holding(
        "second factors", words("person_id"), words("kind title added_at used_at"),
        nothing=words("id sealed credential counter"), end="deleted",
    ),
    "recovery_code": Holding("digests of recovery codes", words("person_id"), words("made_at"),
                             nothing=words("code_hash"), end="deleted"),
    "account_shadow": Holding(
        "accounts on platforms as last known", words("person_id"),
        words("platform remote_id external_id attributes state"),
        nothing=words("id management fingerprint state_since changed_at"), end="deleted",
    ),
    "account_name": Holding("digests of the names of accounts", words("person_id"), nothing=words("platform name"),
                            end="deleted"),
    "given_value": Holding("digests of values that are given once; sealed when a person is erased", words("person_id"),
                           nothing=words("platform attribute value given_at"), end="kept"),
    "group_shadow": Holding("groups on platforms and who is in them",
                            told=words("key remote_id name description groups"),
                            people=words("members owners"),
                            nothing=words("id platform management state state_since changed_at")),
    "derived_account": Holding("what was derived for blocks of people, as digests", people=words("body"),
                               nothing=words("platform block rules"), end="emptied"),
}  # fmt: skip
"""Table -> what it holds."""
