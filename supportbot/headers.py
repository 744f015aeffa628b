"""What browsers are told with every page."""

from django.http import HttpRequest, HttpResponse
from django.utils.deprecation import MiddlewareMixin


class NothingAhead(MiddlewareMixin):
    """A browser that looks up the hosts of links nobody has clicked tells whoever owns those names."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        response.headers["X-DNS-Prefetch-Control"] = "off"
        return response
