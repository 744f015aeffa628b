import pytest

from supportbot.addresses import is_metadata_service


@pytest.mark.parametrize(
    "host",
    [
        "169.254.169.254",
        "169.254.0.1",
        "2852039166",
        "0xa9fea9fe",
        "169.16689662",
        "0251.0376.0251.0376",
        "fe80::1",
        "fe80::1%eth0",
        "::ffff:169.254.169.254",
        "::169.254.169.254",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::a9fe:a9fe",
        "2002:a9fe:a9fe::1",
        "fd00:ec2::254",
        "100.100.100.200",
        "168.63.129.16",
        "metadata.google.internal",
        "METADATA.google.internal.",
    ],
)
def test_where_clouds_keep_their_machines_secrets(host):
    assert is_metadata_service(host)


@pytest.mark.parametrize(
    "host", ["api.openai.com", "ollama", "127.0.0.1", "::1", "10.0.0.7", "64:ff9b::808:808", "2002:808:808::1", ""]
)
def test_where_models_may_be(host):
    assert not is_metadata_service(host)
