<?php

function supportbot_token(array $customer): string
{
    $base64url = fn (string $data): string => rtrim(strtr(base64_encode($data), '+/', '-_'), '=');
    $encoded = fn (array $part): string => $base64url(json_encode($part, JSON_THROW_ON_ERROR));
    $claims = [
        'sub' => $customer['id'],
        'aud' => 'PUBLIC_KEY',
        'iat' => time(),
        'exp' => time() + 15 * 60,
        'name' => $customer['name'],
        'email' => $customer['email'],
    ];
    $body = $encoded(['alg' => 'HS256', 'typ' => 'JWT', 'kid' => 'KEY_ID']) . '.' . $encoded($claims);
    return $body . '.' . $base64url(hash_hmac('sha256', $body, getenv('SUPPORTBOT_SECRET'), true));
}
