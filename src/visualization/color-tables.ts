/**
 * @file The tables of colour maps: 256 colours as bytes of red, green and blue, in base64. Made with matplotlib 3.11.2, from
 * data that is in the public domain: viridis, magma and inferno (N. Smith, S. van der Walt and E. Firing, 2015,
 * https://bids.github.io/colormap), coolwarm (K. Moreland, "Diverging Color Maps for Scientific Visualization", 2009).
 */

export const COLOR_TABLES = {
  viridis:
    'RAFURAJVRANXRQVYRQZaRQhbRglcRgteRgxfRg5hRw9iRxFjRxJlRxRmRxVnRxZpRxhqSBlrSBpsSBxuSB1vSB5wSCBxSCFySCJzSCN0RyV1RyZ2' +
    'Ryd3Ryh4Ryp5Ryt6Ryx7Ri18Ri98RjB9RjF+RTJ/RTR/RTWARTaBRDeBRDmCQzqDQzuDQzyEQj2EQj6FQkCFQUGGQUKGQEOHQESHP0WHP0eIPkiI' +
    'PkmJPUqJPUuJPUyJPE2KPE6KO1CKO1GKOlKLOlOLOVSLOVWLOFaLOFeMN1iMN1mMNlqMNluMNVyMNV2MNF6NNF+NM2CNM2GNMmKNMmONMWSNMWWN' +
    'MWaNMGeNMGiNL2mNL2qNLmuOLmyOLm2OLW6OLW+OLHCOLHGOLHKOK3OOK3SOKnWOKnaOKneOKXiOKXmOKHqOKHqOKHuOJ3yOJ32OJ36OJn+OJoCO' +
    'JoGOJYKOJYONJISNJIWNJIaNI4eNI4iNI4mNIomNIoqNIouNIYyNIY2MIY6MII+MIJCMIJGMH5KMH5OLH5SLH5WLH5aLHpeKHpiKHpmKHpmKHpqJ' +
    'HpuJHpyJHp2IHp6IHp+IHqCHH6GHH6KGH6OGIKSFIKWFIaaFIaeEIqeEI6iDI6mCJKqCJauBJqyBJ62AKK5/Ka9/KrB+K7F9LLF9LrJ8L7N7MLR6' +
    'MrV6M7Z5Nbd4Nrh3OLl2Obl2O7p1Pbt0PrxzQL1yQr5xRL5wRb9vR8BuScFtS8JsTcJrT8NpUcRoU8VnVcZmV8ZlWcdkW8hiXslhYMlgYspfZMtd' +
    'Z8xcacxba81Zbc5YcM5Wcs9VdNBUd9BSedFRfNJPftJOgdNMg9NLhtRJiNVHi9VGjdZEkNZDktdBldc/l9g+mtg8ndk6n9k4oto3pdo1p9szqtsy' +
    'rdwwr9wust0std0rt90put4nvd4mv98kwt8ixd8hx+AfyuAezeAdz+Ec0uEb1OEa1+IZ2uIY3OIY3+MY4eMY5OMY5+QZ6eQZ7OQa7uUb8eUc8+Ue' +
    '9uYf+OYh+uYi/eck',
  magma:
    'AAADAAAEAAAGAQAHAQEJAQELAgINAgIPAwMRBAMTBAQVBQQXBgUZBwUbCAYdCQcfCgciCwgkDAkmDQooDgoqDwssEAwvEQwxEg0zFA01FQ44Fg46' +
    'Fw88GA8/GhBBGxBEHBBGHhBJHxFLIBFNIhFQIxFSJRFVJhFXKBFZKhFcKxFeLRBgLxBiMBBlMhBnNBBoNQ9qNw9sOQ9uOw9vPA9xPg9yQA9zQg90' +
    'Qw91RQ92Rw93SBB4ShB5SxB5TRF6TxF7UBJ7UhJ8UxN8VRN9VxR9WBV+WhV+WxZ+XRd+Xhd/YBh/YRh/Yxl/ZRqAZhqAaBuAaRyAaxyAbB2Abh6B' +
    'bx6BcR+Bcx+BdCCBdiGBdyGBeSKBeiKBfCOBfiSBfySBgSWBgiWBhCaBhSaBhyeBiSiBiiiBjCmAjSmAjyqAkSqAkiuAlCuAlSyAlyx/mS1/mi1/' +
    'nC5/ni5+ny9+oS9+ozB+pDB9pjF9pzF9qTJ8qzN8rDN7rjR7sDR7sTV6szV6tTZ5tjZ5uDd4uTd4uzh3vTl3vjl2wDp1wjp1wzt0xTx0xjxzyD1y' +
    'yj5yyz5xzT9wzkBw0EFv0UJu00Jt1ENt1kRs10Vr2UZq2kdp3Ehp3Ulo3kpn4Etm4Uxm4k1l5E5k5VBj5lFi51Ji6FRh6lVg61Zg7Fhf7Vlf7lte' +
    '7l1d715d8GBd8WFc8mNc82Vc82db9Ghb9Wpb9Wxb9m5b9nBb93Fb93Nc+HVc+Hdc+Xlc+Xtd+X1d+n9e+oBe+oJf+4Rg+4Zg+4hh+4pi/Ixj/I5j' +
    '/JBk/JJl/JNm/ZVn/Zdo/Zlp/Ztq/Z1r/Z9s/aFu/aJv/aRw/qZx/qhz/qp0/qx1/q52/q94/rF5/rN7/rV8/rd9/rl//ruA/ryC/r6D/sCF/sKG' +
    '/sSI/saJ/seL/smN/suO/c2Q/c+S/dGT/dKV/dSX/daY/dia/dqc/dyd/d2f/d+h/eGj/OOl/OWm/Oao/Oiq/Oqs/Oyu/O6w/PCx/PGz/PO1/PW3' +
    '+/e5+/m7+/q9+/y/',
  inferno:
    'AAADAAAEAAAGAQAHAQEJAQELAgEOAgIQAwISBAMUBAMWBQQYBgQbBwUdCAYfCQYhCgcjCwcmDQgoDggqDwktEAkvEgoyEwo0FAs2Fgs5Fws7GQs+' +
    'GgtAHAxDHQxFHwxHIAxKIgtMJAtOJgtQJwtSKQtUKwpWLQpYLgpaMApcMgldNAlfNQlgNwlhOQliOwlkPAllPglmQAlmQQlnQwpoRQppRgppSAtq' +
    'SgtqSwxrTQxrTw1sUA1sUg5sUw5tVQ9tVw9tWBBtWhFtWxFuXRJuXxJuYBNuYhRuYxRuZRVuZhVuaBZuahduaxdubRhubhhucBluchltcxptdRtt' +
    'dhtteBxtehxtex1sfR1sfh5sgB9rgR9rgyBrhSBqhiFqiCFqiSJpiyJpjSNpjiRokCRokSVnkyVnlSZmliZmmCdlmShkmyhknCljniljoCpioSth' +
    'oythpCxgpixfpy1fqS5eqy5drC9crjBbrzFbsTFasjJZtDNYtTNXtzRWuDVWujZVuzdUvTdTvjhSvzlRwTpQwjtPxDxOxT1Nxz5MyD5LyT9Ky0BJ' +
    'zEFIzUJHz0RG0EVE0UZD0kdC1EhB1UlA1ko/10s+2U092k4720863FA53VI43lM331Q24FY04lcz41gy5Fox5Vsw5lwu5l4t518s6GEr6WIq6mQo' +
    '62Un7Gcm7Wgl7Woj7mwi720h8G8f8HAe8XId8nQc8nUa83cZ83kY9HoW9XwV9X4U9oAS9oER94MQ94UO+IcN+IgM+IoL+YwJ+Y4I+ZAI+pEH+pMG' +
    '+pUG+pcG+5kG+5sG+50G+54H+6AH+6II+6QK+6YL+6gN+6oO+6wQ+64S+7AU+7EW+7MY+7Ua+7cc+7ke+rsh+r0j+r8l+sEo+cMq+cUs+ccv+Mkx' +
    '+Ms0+M03988699E89tM/9tVC9ddF9dlI9NtL9NxP895S8+BW8+JZ8uRd8uZg8ehk8elo8ets8e1w8e508fB58fJ98vOB8vSF8/aJ9PeN9fiR9vqV' +
    '9/uZ+fyd+v2g/P6k',
  coolwarm:
    'OkzAO03BPE/DPlHEP1PGQFTHQVbJQljKQ1rMRVvNRl3PR1/QSGDRSWLTS2TUTGbWTWfXTmnYUGvaUWzbUm7cU3DdVXHeVnPgV3XhWHbiWnjjW3nk' +
    'XHvlXX3mX37nYIDoYYLqY4PqZIXrZYbsZ4jtaInuaYvva43wbI7xbZDxb5HycJPzcZT0c5X0dJf1dZj2d5r2eJv3ep34e574fKD5fqH5f6L6gKT6' +
    'gqX7g6b7haj7hqn8h6r8iaz8iq39i679ja/9jrH9kLL+kbP+krT+lLX+lbf+l7j+mLn+mbr+m7v+nLz+nb3+n77+oL/+osD+o8H+pML+psP9p8T9' +
    'qMX9qsb9q8f8rMj8rsn8r8r7sMv7ssv7s8z6tM36ts75t8/5uM/4udD4u9H3vNH2vdL2vtP1wNP1wdT0wtTzw9XyxdXyxtbxx9bwyNfvydfuytju' +
    'zNjtzdnsztnrz9nq0Nrp0dro0trn09vm1dvl1tvk19vi2Nvh2dzg2tzf29ze3Nzd3dzb3tva39vZ4NrX4drW4tnU49nT5NjR5djQ5tfP59bN59bM' +
    '6NXK6dTJ6tPH69PG7NLE7NHD7dDB7c/A7s++786878278My58cu48cq28sm18siz8sey88aw88Wv9MSt9MOr9MKq9cGo9cCn9b+l9r2k9ryi9rug' +
    '9rqf9rmd9rec9raa97WY97OX97KV97GU97CS966R962P9quN9qqM9qmK9qeJ9qaH9qSG9qOE9aGC9aCB9Z5/9J1+9Jt89Jp785h585Z485V28pN1' +
    '8pFz8ZBy8Y5w8I1v8Itt74ls7odq7oZp7YRn7IJm7IBk639j6n1h6ntg6Xle6Hdd53Vc5nRa5nJZ5XBX5G5W42xU4mpT4WhS4GZQ32RP3mJO3WBM' +
    '3F5L21xK2lpI2VhH2FZG11RE1lJD1E9C001A0ks/0Uk+z0Y9zkQ8zUI6zD85yj04yTs3yDg1xjU0xTIzxDAywi0xwSowvyguviMtvB8suxoruRYq' +
    'uBEptg0otQgnswMm',
} as const satisfies Record<string, string>;
