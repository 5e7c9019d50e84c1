"""OAuth 2 towards providers, and what authorises the requests to them.

`BeginOAuth` sends a person to the provider and `FinishOAuth` takes them back; `ConnectByClient`
needs nobody. `Authorise` gives each request its credentials, and has tokens renewed in time.
"""

from trunkline.gateway.oauth.ask_for_tokens import AskForTokens
from trunkline.gateway.oauth.authorise import Authorise, CannotRefresh
from trunkline.gateway.oauth.begin_oauth import BeginOAuth, Begun
from trunkline.gateway.oauth.callback import CALLBACK, ShowResult, routes
from trunkline.gateway.oauth.connect_by_client import ConnectByClient
from trunkline.gateway.oauth.finish_oauth import CameBack, End, Finished, FinishOAuth
from trunkline.gateway.oauth.open_secrets import OpenSecrets
from trunkline.gateway.oauth.platform_credentials import PlatformCredentials
from trunkline.gateway.oauth.post_form import AnswerLost, NotSent, Posted, PostForm
from trunkline.gateway.oauth.refresh_tokens import RefreshTokens
from trunkline.gateway.oauth.states import SEALED, Cookie, States

__all__ = [
    "CALLBACK",
    "SEALED",
    "AnswerLost",
    "AskForTokens",
    "Authorise",
    "BeginOAuth",
    "Begun",
    "CameBack",
    "CannotRefresh",
    "ConnectByClient",
    "Cookie",
    "End",
    "FinishOAuth",
    "Finished",
    "NotSent",
    "OpenSecrets",
    "PlatformCredentials",
    "PostForm",
    "Posted",
    "RefreshTokens",
    "ShowResult",
    "States",
    "routes",
]
