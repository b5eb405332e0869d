/** On what is served although upstream could not be asked (RFC 7234, section 5.5.2, which clients and logs still know). */
export const revalidationFailed = { warning: '111 berth "Revalidation Failed"' } as const;
