export { DELETE, GET, HEAD, OPTIONS, POST } from '@/lib/server/route';

export const dynamic = 'force-dynamic';
