/** @type {import('next').NextConfig} */
const config = {
  poweredByHeader: false,
  reactStrictMode: true,
  // lib/server adds validators and security headers; compression belongs to the proxy in front.
  compress: true,
  // No page has an image to be resized, so nobody gets this server to fetch and resize any.
  images: { unoptimized: true },
  typescript: { ignoreBuildErrors: true },
  serverExternalPackages: ['@electric-sql/pglite', '@prisma/client', '@prisma/adapter-pg', 'pg', 'sodium-native', 'stripe', 'tsx'],
  // `@` at the start of a folder in app/ means a slot, so the pages of names live under /names.
  rewrites: async () => [{ source: '/@:name', destination: '/names/:name' }],
};

export default config;
